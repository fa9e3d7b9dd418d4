/** As reported by Jupyter. */
export interface NotebookActivity {
  at: Date;
  /** `execution_state` of each kernel (`idle`, `busy`, `starting`), and when it was last used. */
  kernels: { state: string; lastActivity: Date }[];
  /** Open terminals, and when each was last used. */
  terminals: { lastActivity: Date }[];
}

/** Tags of the instance that report its activity. */
export type NotebookReport = (activity: NotebookActivity) => Record<string, string>;
