/** Whether the compiled parts of a package fit this machine. */
import { open, readdir } from "node:fs/promises";
import { basename, join } from "node:path";

/** `e_machine` of ELF files. https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
const machines: Record<string, number> = { x64: 62, arm64: 183 };
const elf = 0x7f454c46;

/** @param version of the interpreter: `3.13`. */
export async function runsHere(folder: string, version: string): Promise<boolean> {
  for (const name of await readdir(folder, { recursive: true })) {
    if (/\.so(\.[\d.]+)?$/.test(name) && !(await fits(join(folder, name), version))) return false;
  }
  return true;
}

async function fits(path: string, version: string): Promise<boolean> {
  // A module for one version of Python has that in its name: https://peps.python.org/pep-3149/
  const made = /\.cpython-3(\d+)/.exec(basename(path))?.[1];
  if (made !== undefined && `3.${made}` !== version) return false;
  if (process.platform !== "linux") return false;
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(20), 0, 20, 0);
    return bytesRead === 20 && buffer.readUInt32BE(0) === elf && buffer.readUInt16LE(18) === machines[process.arch];
  } finally {
    await file.close();
  }
}
