import pc from "picocolors";

/** A bar on standard error, on a terminal only; and the count of what is still to be begun. */
export function progress(verb: string, total: number) {
  const shown = process.stderr.isTTY && total > 1;
  let begun = 0;
  let finished = 0;
  const draw = () => {
    const filled = Math.round((finished / total) * 30);
    process.stderr.write(
      `\r${pc.green("#".repeat(filled))}${pc.dim(".".repeat(30 - filled))} ${finished}/${total} ${verb}`,
    );
  };
  return {
    /** Whether there is one more to begin. */
    begin: (): boolean => begun++ < total,
    done(count = 1): void {
      finished += count;
      if (shown) draw();
    },
    end(): void {
      if (shown) process.stderr.write("\n");
    },
  };
}
