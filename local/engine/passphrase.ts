import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { readFileSync } from "node:fs";
import { EngineError } from "./events.ts";

/** Keys by passphrase and salt: a million rounds take a third of a second. */
const keys = new Map<string, Buffer>();

/**
 * Decrypts a stack's `secure:` values as Pulumi's passphrase provider encrypts them: PBKDF2 with SHA-256, 1,000,000
 * rounds, 32 bytes; AES-256-GCM; `v1:NONCE:TEXT` in base64, the salt in `encryptionsalt` as `v1:SALT:` and a known text.
 * https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/config/crypt.go
 *
 * @param file the stack's `Pulumi.<stack>.yaml`.
 * @returns a function of a key, for errors, and the encrypted text. It throws an {@link EngineError} when the passphrase
 * is missing or wrong, or another secrets provider has encrypted it.
 */
export function decrypter(file: Record<string, unknown>, stack: string): (key: string, text: string) => string {
  return (key, text) => {
    const salt = file.encryptionsalt;
    if (typeof salt !== "string") {
      const provider = String(file.secretsprovider ?? "the Pulumi service");
      throw new EngineError(`config "${key}" is encrypted by ${provider}; only the passphrase provider works locally`);
    }
    const passphrase = readPassphrase();
    if (passphrase === undefined) {
      throw new EngineError(
        `config "${key}" is encrypted: set PULUMI_CONFIG_PASSPHRASE to stack ${stack}'s passphrase`,
      );
    }
    try {
      return open(keyOf(passphrase, salt), text);
    } catch {
      throw new EngineError(`config "${key}" could not be decrypted: PULUMI_CONFIG_PASSPHRASE is not stack ${stack}'s`);
    }
  };
}

function readPassphrase(): string | undefined {
  const { PULUMI_CONFIG_PASSPHRASE: passphrase, PULUMI_CONFIG_PASSPHRASE_FILE: file } = process.env;
  if (passphrase !== undefined || !file) return passphrase;
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    throw new EngineError(`PULUMI_CONFIG_PASSPHRASE_FILE is "${file}", which cannot be read`);
  }
}

function keyOf(passphrase: string, salt: string): Buffer {
  const name = JSON.stringify([passphrase, salt]);
  let key = keys.get(name);
  if (!key) {
    const bytes = Buffer.from(salt.split(":")[1] ?? "", "base64");
    key = pbkdf2Sync(passphrase, bytes, 1_000_000, 32, "sha256");
    keys.set(name, key);
  }
  return key;
}

function open(key: Buffer, text: string): string {
  const [, nonce, sealed] = text.split(":").map((part) => Buffer.from(part, "base64"));
  const decipher = createDecipheriv("aes-256-gcm", key, nonce!);
  decipher.setAuthTag(sealed!.subarray(-16));
  return Buffer.concat([decipher.update(sealed!.subarray(0, -16)), decipher.final()]).toString("utf8");
}
