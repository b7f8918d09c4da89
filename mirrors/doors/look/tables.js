// A table that is wider than its page is pushed aside by a finger or a wheel. Streamlit leaves it out of the order
// of the tab key, so that nobody could read its last columns by the keyboard in every browser.
const reach = (table) => {
  const frame = table.parentElement;
  const wide = frame.scrollWidth > frame.clientWidth;
  if (wide === frame.hasAttribute("tabindex")) return;
  if (wide) {
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", table.getAttribute("aria-label"));
  } else {
    for (const name of ["tabindex", "role", "aria-label"]) frame.removeAttribute(name);
  }
};

const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => reach(target.querySelector("table") ?? target)));

const watch = () => {
  for (const table of document.querySelectorAll("[data-testid=stTable] table")) {
    sizes.observe(table);
    sizes.observe(table.parentElement);
  }
};

new MutationObserver(watch).observe(document.body, { childList: true, subtree: true });
