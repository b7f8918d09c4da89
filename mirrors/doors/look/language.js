// Streamlit says at the root of its page that it is English. The page itself says in which language it is
// written; screen readers and browsers look for that at the root, also when a reader chooses another one.
const follow = () => {
  const told = document.querySelector("[data-language]");
  if (told && told.dataset.language !== document.documentElement.lang) {
    document.documentElement.lang = told.dataset.language;
  }
};

new MutationObserver(follow).observe(document.body, { childList: true, subtree: true, attributeFilter: ["data-language"] });
