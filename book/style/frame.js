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
})();
