/** Layers of images: uploaded part by part, known by their digest. */
import { createHash, randomUUID } from "node:crypto";
import { appendFile, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Operations } from "../../operations.ts";
import { AwsError, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";
import { invalidParameter, type Records } from "./records.ts";

/** Bytes of a part. */
const mostPart = 20 * 2 ** 20;

interface Layer {
  size: number;
}

export class Layers {
  readonly folder: string;
  readonly #kept: Collection<Layer>;

  constructor({ store, directory }: Pick<Cloud, "store" | "directory">) {
    this.#kept = store.collection("ecr.layers");
    this.folder = join(directory, "ecr");
  }

  has(repository: string, digest: string): boolean {
    return this.#kept.has(`${repository}@${digest}`);
  }

  find(repository: string, digest: string): Layer | undefined {
    return this.#kept.get(`${repository}@${digest}`);
  }

  /** Its own; the bytes stay for other repositories that have the same. */
  forget(repository: string): void {
    for (const [key] of this.#kept.entries(`${repository}@`)) this.#kept.delete(key);
  }

  put(repository: string, digest: string, layer: Layer): void {
    this.#kept.put(`${repository}@${digest}`, layer);
  }
}

export function layerOperations(records: Records, layers: Layers): Operations<"ecr"> {
  /** @throws AwsError for an upload that was not begun, or is over. */
  const uploadOf = async (id: string, repository: string) => {
    const path = join(layers.folder, `upload-${id}`);
    const found = /^[0-9a-f-]{36}$/.test(id) && (await stat(path).catch(() => undefined));
    if (found) return { path, size: found.size };
    const message = `The upload '${id}' in the repository with name '${repository}' ${records.registry} does not exist`;
    throw new AwsError("UploadNotFoundException", message);
  };

  return {
    InitiateLayerUpload: {
      access: ({ repositoryName }) => records.needs("InitiateLayerUpload", repositoryName),
      async run({ registryId, repositoryName }) {
        records.repository(repositoryName, registryId);
        const uploadId = randomUUID();
        await mkdir(layers.folder, { recursive: true });
        await writeFile(join(layers.folder, `upload-${uploadId}`), "");
        return { uploadId, partSize: mostPart };
      },
    },
    UploadLayerPart: {
      access: ({ repositoryName }) => records.needs("UploadLayerPart", repositoryName),
      async run({ registryId, repositoryName, uploadId, partFirstByte, partLastByte, layerPartBlob }) {
        records.repository(repositoryName, registryId);
        const { path, size } = await uploadOf(uploadId, repositoryName);
        if (partFirstByte !== size || partLastByte !== size + layerPartBlob.length - 1) {
          const message = `The layer part must begin at byte ${size} and end where its blob does; it is ${partFirstByte}-${partLastByte}`;
          throw new AwsError("InvalidLayerPartException", message, 400, {
            lastValidByteReceived: size - 1,
            uploadId,
            repositoryName,
          });
        }
        if (layerPartBlob.length > mostPart)
          throw invalidParameter("layerPartBlob", `must have at most ${mostPart} bytes`);
        await appendFile(path, layerPartBlob);
        return { registryId: records.accountId, repositoryName, uploadId, lastByteReceived: partLastByte };
      },
    },
    CompleteLayerUpload: {
      access: ({ repositoryName }) => records.needs("CompleteLayerUpload", repositoryName),
      async run({ registryId, repositoryName, uploadId, layerDigests }) {
        records.repository(repositoryName, registryId);
        const { path, size } = await uploadOf(uploadId, repositoryName);
        if (size === 0) throw new AwsError("EmptyUploadException", "The upload has no parts");
        const layerDigest = `sha256:${createHash("sha256")
          .update(await readFile(path))
          .digest("hex")}`;
        if (!layerDigests.includes(layerDigest)) {
          const message = `The digest of the layer is ${layerDigest}, not ${layerDigests.join(", ")}`;
          throw new AwsError("InvalidLayerException", message);
        }
        if (layers.has(repositoryName, layerDigest)) {
          await rm(path);
          const message = `Layer with digest '${layerDigest}' already exists in the repository with name '${repositoryName}'`;
          throw new AwsError("LayerAlreadyExistsException", message);
        }
        await rename(path, join(layers.folder, layerDigest.replace(":", "-")));
        layers.put(repositoryName, layerDigest, { size });
        return { registryId: records.accountId, repositoryName, uploadId, layerDigest };
      },
    },
    BatchCheckLayerAvailability: {
      access: ({ repositoryName }) => records.needs("BatchCheckLayerAvailability", repositoryName),
      run({ registryId, repositoryName, layerDigests }) {
        records.repository(repositoryName, registryId);
        const asked = layerDigests.map((layerDigest) => ({
          layerDigest,
          found: layers.find(repositoryName, layerDigest),
        }));
        const isDigest = (text: string) => /^sha256:[0-9a-f]{64}$/.test(text);
        return {
          layers: asked
            .filter(({ layerDigest }) => isDigest(layerDigest))
            .map(({ layerDigest, found }) => ({
              layerDigest,
              layerAvailability: found ? ("AVAILABLE" as const) : ("UNAVAILABLE" as const),
              ...(found && { layerSize: found.size }),
            })),
          failures: asked
            .filter(({ layerDigest }) => !isDigest(layerDigest))
            .map(({ layerDigest }) => ({
              layerDigest,
              failureCode: "InvalidLayerDigest" as const,
              failureReason: `Invalid layer digest: ${layerDigest}`,
            })),
        };
      },
    },
  };
}
