/** As Jupyter tells it. */
export interface NotebookActivity {
  at: Date;
  /** `execution_state` of each kernel (`idle`, `busy`, `starting`), and when it was last used. */
  kernels: { state: string; lastActivity: Date }[];
  /** Those that are open, and when each was last used. */
  terminals: { lastActivity: Date }[];
}

/** Tags of the instance for what goes on on it. */
export type NotebookReport = (activity: NotebookActivity) => Record<string, string>;
