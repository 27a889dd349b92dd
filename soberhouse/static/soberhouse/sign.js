// Draws a signature with a finger, pen or mouse. It is kept as straight strokes in whole numbers, and can be left out.
"use strict";

const WIDE = 600, HIGH = 200, LONGEST = 19000;

for (const pad of document.querySelectorAll("[data-sign]")) {
  const drawing = pad.closest("form").elements.drawing;
  const svg = pad.querySelector("svg");
  const ink = svg.querySelector("path");
  let last = null;

  const show = () => ink.setAttribute("d", drawing.value);

  // Where the pointer is, on the pad's own grid.
  const point = (event) => {
    const box = svg.getBoundingClientRect();
    const x = Math.round(((event.clientX - box.left) / box.width) * WIDE);
    const y = Math.round(((event.clientY - box.top) / box.height) * HIGH);
    return [Math.min(Math.max(x, 0), WIDE), Math.min(Math.max(y, 0), HIGH)];
  };

  const add = (letter, [x, y]) => {
    if (drawing.value.length > LONGEST) return;
    drawing.value += `${letter}${x} ${y}`;
    last = [x, y];
    show();
  };

  svg.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button) return;
    svg.setPointerCapture(event.pointerId);
    const [x, y] = point(event);
    add("M", [x, y]);
    add("L", [Math.min(x + 1, WIDE), y]); // a tap leaves a dot
    event.preventDefault();
  });

  svg.addEventListener("pointermove", (event) => {
    if (!last || !event.isPrimary) return;
    for (const each of event.getCoalescedEvents ? event.getCoalescedEvents() : [event]) {
      const [x, y] = point(each);
      if (Math.abs(x - last[0]) + Math.abs(y - last[1]) > 2) add("L", [x, y]);
    }
  });

  for (const over of ["pointerup", "pointercancel"]) svg.addEventListener(over, () => { last = null; });

  pad.querySelector("[data-sign-clear]").addEventListener("click", () => {
    drawing.value = "";
    show();
  });

  pad.hidden = false;
  show();
}
