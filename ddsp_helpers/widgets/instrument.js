// Trained instruments in a notebook: the stage of the exported page in the shell of the widgets.
import { shell } from "./shell.js";
import { stage } from "./stage.js";
import { instrumentOf } from "./unpack.js";

const bytes = (view) => (view?.byteLength ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength) : null);

function render({ model, el }) {
  const ui = shell({ model, el }, { title: model.get("heading"), kernel: false });
  const root = document.createElement("div");
  root.className = "tt";
  ui.root.classList.add("ddsp-broad");
  ui.stage.append(root);
  let made = null;
  let gone = false;

  async function begin() {
    const { instruments, rules } = model.get("settings");
    const [weights, rooms] = [model.get("weights"), model.get("rooms")];
    const unpacked = await Promise.all(
      instruments.map((one, n) => instrumentOf(one, bytes(weights[n]), bytes(rooms[n]))),
    );
    if (gone) return;
    made = root.tt = stage(root, {
      instruments: unpacked,
      rules,
      say: ui.say,
      listening: ui.root,
      changed: (chosen) => ui.change({ chosen }, true),
    });
    ui.onValue(({ chosen }) => made.choose(chosen));
  }

  begin().catch((error) => ui.say(`The instruments could not be unpacked: ${error.message}`));
  return () => {
    gone = true;
    made?.dispose();
    ui.dispose();
  };
}

export default { render };
