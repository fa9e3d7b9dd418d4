/** Memory of bodies on their way, which is used again at once: new memory takes longer to get than to fill. */

/** Bytes that are read from a file, or written to one, at a time. */
export const pieceSize = 1024 ** 2;
/** So many pieces are kept: each reader has one, each writer two. */
const mostFree = 8;
const free: Buffer[] = [];

/** @returns a buffer of {@link pieceSize}, whatever is in it; to be given to {@link returnPiece}. */
export const borrowPiece = (): Buffer => free.pop() ?? Buffer.allocUnsafeSlow(pieceSize);

export function returnPiece(piece: Buffer): void {
  if (free.length < mostFree) free.push(piece);
  else release(piece);
}

/** Less is left to the garbage collector. */
const worthIt = 16 * 1024;

/** Frees the memory of a buffer that nobody uses any more. The garbage collector would mark all there is for each 64 MB of it. */
export function release({ buffer, byteLength }: Buffer): void {
  const isAlone = buffer.byteLength === byteLength;
  if (isAlone && byteLength >= worthIt) (buffer as ArrayBuffer).transfer(0);
}
