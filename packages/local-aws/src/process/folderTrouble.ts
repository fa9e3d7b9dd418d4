/** Why a state folder cannot be used, in a sentence for who chose it. */

/** Primary result codes of SQLite. https://www.sqlite.org/rescode.html */
const sqlite: Record<number, string> = { 8: "EACCES", 13: "ENOSPC", 14: "EACCES" };

const sentences: Record<string, (directory: string) => string> = {
  EEXIST: (directory) => `${directory} is a file; the state needs a folder`,
  ENOTDIR: (directory) => `${directory} is in a file; the state needs a folder`,
  EACCES: (directory) => `the state cannot be written to ${directory}`,
  EPERM: (directory) => `the state cannot be written to ${directory}`,
  EROFS: (directory) => `the state cannot be written to ${directory}, which is read-only`,
  ENOSPC: (directory) => `there is no space left for the state in ${directory}`,
  EDQUOT: (directory) => `there is no space left for the state in ${directory}`,
};

/** @returns undefined for an error of another kind. */
export function folderTrouble(error: unknown, directory: string): string | undefined {
  const { code, errcode = 0, syscall } = error as { code?: string; errcode?: number; syscall?: string };
  // Node says so of a folder that cannot be made with its parents where these are read-only.
  const unmade = code === "ENOENT" && syscall === "mkdir" ? "EACCES" : code;
  const why = code === "ERR_SQLITE_ERROR" ? sqlite[errcode & 0xff] : unmade;
  const sentence = why === undefined ? undefined : sentences[why];
  return sentence && `${sentence(directory)}; choose another folder: LOCAL_STATE_DIR`;
}
