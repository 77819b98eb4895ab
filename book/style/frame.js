// What the theme leaves undone for those who use the keyboard.
// A box that scrolls sideways can be reached by the keyboard; one that does not is no stop on the way.
(() => {
  "use strict";
  const boxes = ".ch-scroll, .output.text_html";
  const look = () =>
    document.querySelectorAll(boxes).forEach((box) => {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    });
  addEventListener("load", look);
  addEventListener("resize", look);
  // What was folded had no width: look again, and have the theme look at its own boxes.
  document.addEventListener("toggle", () => dispatchEvent(new Event("resize")), true);
  // The theme takes the focus from the button that opens the navigation, and so has nothing to give it back to.
  let pressed;
  addEventListener("click", (event) => (pressed = event.target.closest?.("button") ?? pressed), true);
  const giveBack = () => document.activeElement === document.body && pressed?.focus();
  document.addEventListener("close", () => setTimeout(giveBack), true);
})();
