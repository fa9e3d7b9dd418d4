/** Blocks of addresses: `10.0.0.0/16`, `2001:db8::/56`. */
import { isIPv4 } from "node:net";
import ipaddr from "ipaddr.js";
import { AwsError } from "../../service.ts";

interface Block {
  /** First and last address, as numbers. */
  first: bigint;
  last: bigint;
  mask: number;
  isIpv4: boolean;
}

/** @throws AwsError for what is no block. */
export function readBlock(cidr: string, parameter = "cidrBlock"): Block {
  let parsed: ReturnType<typeof ipaddr.parseCIDR>;
  try {
    parsed = ipaddr.parseCIDR(cidr);
  } catch {
    throw new AwsError(
      "InvalidParameterValue",
      `Value (${cidr}) for parameter ${parameter} is invalid. This is not a valid CIDR block.`,
    );
  }
  const [address, mask] = parsed;
  const bytes = address.toByteArray();
  const value = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  const size = 1n << BigInt(bytes.length * 8 - mask);
  const first = value - (value % size);
  return { first, last: first + size - 1n, mask, isIpv4: address instanceof ipaddr.IPv4 };
}

/** The block with the bits that its mask does not count at zero: `10.0.1.5/16` as `10.0.0.0/16`. */
export function canonical(cidr: string, parameter?: string): string {
  const { first, mask, isIpv4 } = readBlock(cidr, parameter);
  return `${addressOf(first, isIpv4)}/${mask}`;
}

export const contains = (outer: Block, inner: Block): boolean =>
  outer.isIpv4 === inner.isIpv4 && outer.first <= inner.first && inner.last <= outer.last;

export const overlaps = (one: Block, other: Block): boolean =>
  one.isIpv4 === other.isIpv4 && one.first <= other.last && other.first <= one.last;

/** Its addresses, less those that AWS keeps: the first four and the last. */
export const hosts = (cidr: string): number => {
  const { first, last } = readBlock(cidr);
  return Number(last - first + 1n) - 5;
};

/** The address at that place of a block. */
export function addressAt(cidr: string, place: number): string {
  const { first, isIpv4 } = readBlock(cidr);
  return addressOf(first + BigInt(place), isIpv4);
}

/** Whether the block has the address, and AWS does not keep it for itself. */
export function isHost(cidr: string, address: string): boolean {
  if (!isIPv4(address)) return false;
  const block = readBlock(cidr);
  const { first } = readBlock(`${address}/32`);
  return first >= block.first + 4n && first < block.last;
}

function addressOf(value: bigint, isIpv4: boolean): string {
  const digits = isIpv4 ? 8 : 32;
  const bytes = [...Buffer.from(value.toString(16).padStart(digits, "0"), "hex")];
  return isIpv4 ? new ipaddr.IPv4(bytes).toString() : new ipaddr.IPv6(bytes).toString();
}
