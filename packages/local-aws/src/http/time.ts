const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
let lastSecond = 0;
let lastText = "";

/** `21/Nov/2026:06:46:28 +0000`, the Common Log Format's. @param epoch milliseconds. */
export function clfTime(epoch: number): string {
  const second = Math.floor(epoch / 1000);
  if (second !== lastSecond) {
    const date = new Date(second * 1000);
    const day = String(date.getUTCDate()).padStart(2, "0");
    lastText = `${day}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
    lastSecond = second;
  }
  return lastText;
}
