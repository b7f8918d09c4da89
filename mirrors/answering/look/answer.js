// What a page of the questionnaire can do besides: fill in a code that came with a link, keep what was tapped on
// this page for a reload, and read aloud. Every page works without it, and nothing is sent by it.
"use strict";

const KEPT = "answer:";

// The code of a link stands behind the # and never reaches the server or its log.
function fillInCode() {
  const box = document.getElementById("code");
  if (box && location.hash.length > 1) {
    box.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname + location.search);
  }
}

function forget() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(KEPT)) sessionStorage.removeItem(key);
  }
}

function remember(form) {
  const key = KEPT + form.dataset.remember;
  const boxes = [...form.querySelectorAll("input")];
  const chosen = JSON.parse(sessionStorage.getItem(key) || "null");
  if (chosen) {
    for (const box of boxes) box.checked = chosen.includes(box.name + "=" + box.value);
  }
  form.addEventListener("change", () => {
    const now = boxes.filter((box) => box.checked).map((box) => box.name + "=" + box.value);
    sessionStorage.setItem(key, JSON.stringify(now));
  });
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
}

// Only voices of the device itself: others would send the text elsewhere.
function voice() {
  const language = document.documentElement.lang;
  return speechSynthesis.getVoices().find((each) => each.localService && each.lang.startsWith(language));
}

function offerVoice(part) {
  if (part.querySelector("button.aloud")) return;
  const words = document.body.dataset;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "aloud";
  button.textContent = words.aloud;
  button.addEventListener("click", () => {
    const speaks = speechSynthesis.speaking && button.textContent === words.quiet;
    speechSynthesis.cancel();
    if (speaks) return;
    const texts = [...part.querySelectorAll("legend, p, label")].map((each) => each.textContent.trim());
    const speech = new SpeechSynthesisUtterance(texts.join(". "));
    speech.voice = voice();
    speech.lang = document.documentElement.lang;
    speech.rate = 0.9;
    speech.onend = speech.onerror = () => { button.textContent = words.aloud; };
    button.textContent = words.quiet;
    speechSynthesis.speak(speech);
  });
  const legend = part.querySelector("legend");
  if (legend) legend.after(button); else part.append(button);
}

function offerVoices() {
  if (voice()) document.querySelectorAll("[data-read]").forEach(offerVoice);
}

fillInCode();
if (document.querySelector("[data-forget]")) forget();
document.querySelectorAll("[data-remember]").forEach(remember);
document.querySelectorAll("[data-forget-on-send]").forEach((form) => form.addEventListener("submit", forget));
if ("speechSynthesis" in window) {
  offerVoices();
  speechSynthesis.addEventListener("voiceschanged", offerVoices);
  addEventListener("pagehide", () => speechSynthesis.cancel());
}
