// The exported page: its data are in it, and the whole window is the stage.
import { bytesOf, instrumentOf } from "./unpack.js";
import { stage } from "./stage.js";

const found = (id) => {
  const element = document.getElementById(id);
  return element && bytesOf(element.textContent);
};

async function begin() {
  const settings = JSON.parse(document.getElementById("settings").textContent);
  const root = document.getElementById("stage");
  const status = document.getElementById("status");
  const say = (words) => {
    status.textContent = words;
  };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const colour = () => {
    root.dataset.theme = dark.matches ? "dark" : "light";
  };
  dark.addEventListener("change", colour);
  colour();
  try {
    const instruments = await Promise.all(
      settings.instruments.map((one, n) => instrumentOf(one, found(`weights-${n}`), found(`room-${n}`))),
    );
    root.tt = stage(root, { instruments, rules: settings.rules, say });
    root.tt.ribbon.element.after(status);
    say("Ready.");
  } catch (error) {
    say(`This page cannot play: ${error.message}`);
  }
}

export default begin();
