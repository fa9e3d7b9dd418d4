/** What a deployment's status means. */
import type { Tone } from "../../ui/parts.tsx";

const tones: Record<string, Tone> = { Succeeded: "good", Failed: "bad", Stopped: "warn" };

/** Of a deployment, or of a step of one. */
export const toneOf = (status = ""): Tone =>
  tones[status] ?? (status === "Pending" || status === "Skipped" ? "plain" : "busy");
/** `in progress` of `InProgress`. */
export const wordsOf = (status = ""): string => status.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
export const isOver = (status = ""): boolean => status in tones;
