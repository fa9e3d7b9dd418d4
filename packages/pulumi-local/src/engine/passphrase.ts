import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { readFileSync } from "node:fs";
import { EngineError } from "./events.ts";
import type { Yaml } from "./yaml.ts";

/** Keys by passphrase and salt: a million rounds take a third of a second. */
const keys = new Map<string, Buffer>();

/**
 * Decrypts a stack's `secure:` values as Pulumi's passphrase provider encrypts them: PBKDF2 with SHA-256, 1,000,000
 * rounds, 32 bytes; AES-256-GCM; `v1:NONCE:TEXT` in base64, the salt in `encryptionsalt` as `v1:SALT:` and a known text.
 * https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/config/crypt.go
 *
 * @param file the stack's `Pulumi.<stack>.yaml`.
 * @returns a function of a key, for errors, and the encrypted text.
 * @throws Error in the Pulumi CLI's words when the salt or the passphrase is wrong; the function, when a text is none of
 * this provider's.
 */
export function decrypter(file: Map<string, Yaml>): (key: string, text: string) => string {
  const salt = readText(file, "encryptionsalt");
  const provider = readText(file, "secretsprovider");
  readText(file, "encryptedkey");
  const isOther = provider !== "" && provider !== "default" && provider !== "passphrase";
  if (isOther && !provider.includes(":")) throw new Error(`open secrets.Keeper: no scheme in URL "${provider}"`);
  if (isOther || !salt) {
    return (key) => {
      const who = isOther ? provider : "the Pulumi service";
      throw new EngineError(`config "${key}" is encrypted by ${who}; only the passphrase provider works locally`);
    };
  }
  const opened = openSalt(salt, readPassphrase());
  return (_key, text) => {
    const [version, nonce, sealed] = text.split(":");
    if (version !== "v1" && nonce !== undefined) throw new Error("unknown value version");
    if (nonce === undefined || sealed === undefined) throw new Error("bad value");
    if (![nonce, sealed].every(isBase64)) throw new Error("bad value: illegal base64 data");
    return open(opened, nonce, sealed);
  };
}

function readText(file: Map<string, Yaml>, name: string): string {
  const value = file.get(name) ?? "";
  if (!Array.isArray(value) && !(value instanceof Map)) return String(value);
  const tag = Array.isArray(value) ? "!!seq" : "!!map";
  throw new EngineError(`getting stack configuration: yaml: unmarshal errors: cannot unmarshal ${tag} into string`);
}

/** The key of passphrase and salt; a known text, encrypted beside the salt, tells whether it is the right one. */
function openSalt(state: string, passphrase: string): Buffer {
  const [version, salt, known] = /^([^:]*):([^:]*):(.*)$/s.exec(state)?.slice(1) ?? [];
  if (salt === undefined || known === undefined) throw new Error("malformed state value");
  if (version !== "v1") throw new Error("unknown state version");
  if (!isBase64(salt)) throw new Error("illegal base64 data");
  const key = keyOf(passphrase, salt);
  const [, nonce = "", sealed = ""] = known.split(":");
  try {
    if (known.startsWith("v1:") && open(key, nonce, sealed) === "pulumi") return key;
  } catch {
    // Not with this key.
  }
  throw new Error("incorrect passphrase");
}

const isBase64 = (text: string): boolean =>
  /^(?:[\w+/]{4})*(?:[\w+/]{2}==|[\w+/]{3}=)?$/.test(text) && !text.includes("_");

function readPassphrase(): string {
  const { PULUMI_CONFIG_PASSPHRASE: passphrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  if (passphrase !== undefined) return passphrase;
  if (!file) {
    throw new Error(
      "passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables",
    );
  }
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    throw new Error(`unable to read PULUMI_CONFIG_PASSPHRASE_FILE: open ${file}: no such file or directory`);
  }
}

function keyOf(passphrase: string, salt: string): Buffer {
  const name = JSON.stringify([passphrase, salt]);
  let key = keys.get(name);
  if (!key) {
    key = pbkdf2Sync(passphrase, Buffer.from(salt, "base64"), 1_000_000, 32, "sha256");
    keys.set(name, key);
  }
  return key;
}

function open(key: Buffer, nonce: string, text: string): string {
  try {
    const sealed = Buffer.from(text, "base64");
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString("utf8");
  } catch {
    throw new Error("cipher: message authentication failed");
  }
}
