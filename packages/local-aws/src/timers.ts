/** Node's longest timer, in milliseconds: a longer one would be over at once. */
export const longestTimer = 2 ** 31 - 1;

/** What {@link after} began; ends it before its time. */
export interface LongTimer {
  cancel(): void;
}

/** Calls back after a time of any length; a time that is over, in a turn of its own. */
export function after(milliseconds: number, callback: () => void): LongTimer {
  const end = Date.now() + milliseconds;
  let timer: NodeJS.Timeout;
  const arm = () => {
    const left = end - Date.now();
    timer = setTimeout(left > longestTimer ? arm : callback, Math.min(Math.max(left, 0), longestTimer));
  };
  arm();
  return { cancel: () => clearTimeout(timer) };
}
