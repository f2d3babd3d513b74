"use strict";
// Shows only the lines that hold every word which is typed; printing opens what is folded.
const box = document.getElementById("search");
const said = document.getElementById("found");
const lines = Array.from(document.querySelectorAll("tbody tr, li.line"));
const texts = lines.map((line) => line.textContent.toLowerCase());
const folds = Array.from(document.querySelectorAll("details"));
const open = folds.map((fold) => fold.open);

function search() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  lines.forEach((line, at) => {
    const shown = words.every((word) => texts[at].includes(word));
    line.hidden = !shown;
    found += shown ? 1 : 0;
  });
  folds.forEach((fold, at) => {
    fold.open = words.length ? fold.querySelector("tbody tr:not([hidden])") !== null : open[at];
  });
  said.textContent = words.length ? `找到 ${found} 行` : "";
}

box.addEventListener("input", search);
window.addEventListener("beforeprint", () => folds.forEach((fold) => { fold.open = true; }));
