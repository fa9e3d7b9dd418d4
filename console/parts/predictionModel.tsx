/** The model of the iris pipeline: its versions in S3, what was measured of it, and which version predicts now. */
import { Badge, bytesText, call, dayAndTime, Facts, hrefOf, Json, plural, Section } from "local-console/app";
import { idOf, itemsOf } from "./resources.ts";

export interface PredictionModel {
  /** `iris` */
  name: string;
  bucket: string;
  /** Versions of the object, the latest first. */
  versions: { id: string; version: string; at: Date; bytes: number }[];
  metrics?: { modelVersion?: string; [name: string]: unknown };
  /** Of predicted records, by the model's version that they have, the latest first. */
  predicted: { version: string; records: number; last: string }[];
}

/** Versions of the object that are looked into. */
const shown = 20;

/** @returns undefined where the stack keeps no model of its own. */
export async function readPredictionModel(name: string, signal: AbortSignal): Promise<PredictionModel | undefined> {
  const bucket = (await idOf(`${name}-models`, "bucket"))?.split(":").at(-1);
  if (!bucket) return undefined;
  const json = async (Key: string, VersionId?: string) => {
    const { Body } = await call("s3", "GetObject", { Bucket: bucket, Key, ...(VersionId && { VersionId }) }, signal);
    return JSON.parse(new TextDecoder().decode(Body as unknown as Uint8Array));
  };
  const key = `${name}/model.json`;
  const [{ Versions = [] }, metrics, records] = await Promise.all([
    call("s3", "ListObjectVersions", { Bucket: bucket, Prefix: key, MaxKeys: shown }, signal),
    json(`${name}/metrics.json`).catch(() => undefined),
    itemsOf<{ model_version?: string; predicted_at?: string }>(
      `${name}-records`,
      signal,
      "model_version, predicted_at",
    ),
  ]);
  const versions = await Promise.all(
    Versions.map(async ({ VersionId: id = "", LastModified: at, Size: bytes = 0 }) => {
      const { version } = await json(key, id === "null" ? undefined : id);
      return { id, version: String(version), at: at as Date, bytes };
    }),
  );
  const counted = new Map<string, { version: string; records: number; last: string }>();
  for (const { model_version, predicted_at } of records) {
    if (!model_version || !predicted_at) continue;
    const of = counted.get(model_version) ?? { version: model_version, records: 0, last: "" };
    counted.set(model_version, {
      ...of,
      records: of.records + 1,
      last: predicted_at > of.last ? predicted_at : of.last,
    });
  }
  const predicted = [...counted.values()].sort((one, other) => other.last.localeCompare(one.last));
  return { name, bucket, versions, predicted, ...(metrics && { metrics }) };
}

export function PredictionModelDetail({ model: { bucket, versions, predicted, metrics } }: { model: PredictionModel }) {
  const [now] = predicted;
  const current = versions[0]?.version;
  return (
    <>
      <Facts
        of={{
          "In S3": <span class="mono">{current}</span>,
          "Predicts now": now ? (
            <>
              <span class="mono">{now.version}</span>{" "}
              {now.version !== current && <Badge tone="warn">not the one in S3</Badge>}
            </>
          ) : (
            "no record has a prediction yet"
          ),
          "Measured of": metrics?.modelVersion && (
            <>
              <span class="mono">{metrics.modelVersion}</span>{" "}
              {metrics.modelVersion !== current && <Badge tone="warn">not the one in S3</Badge>}
            </>
          ),
          Bucket: <a href={hrefOf(["buckets", bucket])}>{bucket}</a>,
        }}
      />
      <Section title={plural(versions.length, "version")}>
        <table class="grid">
          <tbody>
            {versions.map(({ id, version, at, bytes }, index) => {
              const of = predicted.find((one) => one.version === version);
              return (
                <tr key={id}>
                  <td>{index === 0 ? <Badge tone="good">current</Badge> : <Badge>earlier</Badge>}</td>
                  <td>
                    <span class="mono">{version}</span>
                    <div class="soft">{of ? `${plural(of.records, "record")} predicted` : "has predicted nothing"}</div>
                  </td>
                  <td class="number wide">{bytesText(bytes)}</td>
                  <td class="number">{dayAndTime(at)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Section>
      <Json label="Metrics" of={metrics} />
    </>
  );
}
