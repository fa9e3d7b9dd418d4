/** What a notebook instance on one machine reports: the same as the script in it does on AWS, where such scripts run. */
import type { NotebookReport } from "local-aws";
import { tags } from "../handlers/notebooks/idleReport.ts";

const iso = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`;

export const idleTags: NotebookReport = ({ at, kernels, terminals }) => {
  const busy = kernels.some(({ state }) => state === "busy") ? "kernel" : terminals.length > 0 ? "terminal" : "";
  const used = [...kernels, ...terminals].map(({ lastActivity }) => lastActivity.getTime());
  const active = busy ? at : used.length > 0 ? new Date(Math.max(...used)) : undefined;
  return { [tags.reported]: iso(at), [tags.busy]: busy, ...(active && { [tags.active]: iso(active) }) };
};
