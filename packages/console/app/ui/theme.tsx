/** Dark or light: as the system has it, until it is chosen here. */
import { useState } from "preact/hooks";

type Theme = "light" | "dark";
const stored = "console-theme";

const ofSystem = (): Theme => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
const chosen = (): Theme | undefined => (localStorage.getItem(stored) as Theme | null) ?? undefined;

const given = chosen();
if (given) document.documentElement.dataset.theme = given;

export function ThemeButton() {
  const [theme, set] = useState<Theme>(chosen() ?? ofSystem());
  const other = theme === "dark" ? "light" : "dark";
  const change = () => {
    localStorage.setItem(stored, other);
    document.documentElement.dataset.theme = other;
    set(other);
  };
  return (
    <button type="button" class="theme" onClick={change} aria-label={`Change to ${other}`} title={`Change to ${other}`}>
      <span aria-hidden="true">{theme === "dark" ? "☀" : "☾"}</span>
    </button>
  );
}
