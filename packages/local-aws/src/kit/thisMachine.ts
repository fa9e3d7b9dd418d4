/** Whether an address is one to which services deliver: what they send never leaves this machine. */
export function isOnThisMachine(address: string): boolean {
  const host = URL.canParse(address) ? new URL(address).hostname : "";
  return ["127.0.0.1", "localhost", "[::1]"].includes(host);
}
