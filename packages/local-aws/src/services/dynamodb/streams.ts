/**
 * Streams as AWS has them. The engine records every write with both images; here a write that changed nothing is left
 * out, the images are those that the stream's view type has, and names and numbers are AWS's.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { AwsError } from "../../service.ts";
import type { Collection } from "../../store.ts";
import { engineSequence, type Names, ownSequence, streamOf, tableOf } from "./names.ts";

type Json = Record<string, unknown>;
type ViewType = "KEYS_ONLY" | "NEW_IMAGE" | "OLD_IMAGE" | "NEW_AND_OLD_IMAGES";
type Image = Record<string, Json>;

export interface StreamRecord {
  eventID: string;
  eventName: "INSERT" | "MODIFY" | "REMOVE";
  eventVersion: string;
  eventSource: string;
  awsRegion: string;
  dynamodb: {
    /** Seconds since the epoch. */
    ApproximateCreationDateTime: number;
    Keys: Image;
    NewImage?: Image;
    OldImage?: Image;
    /** 21 digits. */
    SequenceNumber: string;
    SizeBytes: number;
    StreamViewType: ViewType;
  };
  /** In the API's spelling; an event has `type` and `principalId`. */
  userIdentity?: { Type: string; PrincipalId: string };
}

const viewTypes: readonly unknown[] = ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"];

export class Streams {
  /** View types by table, as the user chose them. */
  readonly #views: Collection<ViewType>;
  readonly #region: string;
  readonly #names: Names;
  /** The engine's ARN of a stream or table, by our own. */
  readonly #engineArns = new Map<string, string>();

  constructor(views: Collection<ViewType>, region: string, names: Names) {
    this.#views = views;
    this.#region = region;
    this.#names = names;
  }

  /** CreateTable and UpdateTable: the engine keeps both images, so that it can be seen whether anything changed. */
  asked(input: Json): Json {
    const specification = input.StreamSpecification as Json | undefined;
    if (!specification?.StreamEnabled || !viewTypes.includes(specification.StreamViewType)) return input;
    return { ...input, StreamSpecification: { ...specification, StreamViewType: "NEW_AND_OLD_IMAGES" } };
  }

  /** Remembers the view type once the engine has taken it. */
  keep(input: Json): void {
    const { StreamEnabled, StreamViewType } = (input.StreamSpecification ?? {}) as Json;
    this.#engineArns.clear();
    if (StreamEnabled) this.#views.put(tableOf(String(input.TableName)), StreamViewType as ViewType);
  }

  forget(table: string): void {
    this.#views.delete(table);
    this.#engineArns.clear();
  }

  /** Puts the stream's own view type into a description of a table or stream. */
  describe(description: Json | undefined): void {
    if (!description) return;
    const view = this.#views.get(String(description.TableName));
    const specification = description.StreamSpecification as Json | undefined;
    if (view && specification) specification.StreamViewType = view;
    if (view && description.StreamViewType) description.StreamViewType = view;
    // The engine encrypts nothing, and says so in the name of a key that nobody has.
    if (description.SSEDescription) (description.SSEDescription as Json).KMSMasterKeyArn = undefined;
    for (const shard of (description.Shards ?? []) as { SequenceNumberRange?: Record<string, string> }[]) {
      const range = shard.SequenceNumberRange;
      // The shard is open: it has no end.
      if (range?.StartingSequenceNumber)
        shard.SequenceNumberRange = { StartingSequenceNumber: ownSequence(range.StartingSequenceNumber) };
    }
  }

  /** @param describeTable asks the engine. @returns the engine's ARN for one of ours. */
  async engineArn(arn: string, describeTable: (table: string) => Promise<Json | undefined>): Promise<string> {
    const known = this.#engineArns.get(arn);
    if (known) return known;
    const table = tableOf(arn);
    const description = (await describeTable(table)) ?? {};
    const isStream = arn.includes("/stream/");
    const found = description[isStream ? "LatestStreamArn" : "TableArn"];
    if (typeof found !== "string" || this.#names.own(`${found}"`).slice(0, -1) !== arn) {
      const what = isStream ? `Stream: ${arn}` : `ResourceArn: ${arn}`;
      throw new AwsError("ResourceNotFoundException", `Requested resource not found: ${what} not found`, 400);
    }
    this.#engineArns.set(arn, found);
    return found;
  }

  /** What the engine is given for a shard iterator of ours. */
  iteratorInput(input: Json): Json {
    const given = String(input.ShardIterator ?? "");
    const own = given.split("|")[2];
    if (!streamOf(given) || !own) throw new AwsError("ValidationException", "Invalid ShardIterator", 400);
    return { ...input, ShardIterator: own };
  }

  positionInput(input: Json): Json {
    const { SequenceNumber } = input;
    return typeof SequenceNumber === "string" ? { ...input, SequenceNumber: engineSequence(SequenceNumber) } : input;
  }

  iterator(stream: string, engineIterator: unknown): string | undefined {
    return typeof engineIterator === "string" ? `${stream}|1|${engineIterator}` : undefined;
  }

  /** The answer to GetRecords. */
  records(stream: string, answer: { Records?: StreamRecord[]; NextShardIterator?: string }): Json {
    const view = this.#views.get(tableOf(stream)) ?? "NEW_AND_OLD_IMAGES";
    const changed = (answer.Records ?? []).filter(
      ({ eventName, dynamodb: { NewImage, OldImage } }) =>
        eventName !== "MODIFY" || !OldImage || !isDeepStrictEqual(NewImage, OldImage),
    );
    const NextShardIterator = this.iterator(stream, answer.NextShardIterator);
    return {
      Records: changed.map((record) => this.#record(record, stream, view)),
      ...(NextShardIterator && { NextShardIterator }),
    };
  }

  #record(record: StreamRecord, stream: string, view: ViewType): StreamRecord {
    const { Keys, NewImage, OldImage, SequenceNumber, ApproximateCreationDateTime } = record.dynamodb;
    const images = {
      ...(NewImage && view.startsWith("NEW") && { NewImage }),
      ...(OldImage && view.endsWith("OLD_IMAGES") && { OldImage }),
      ...(OldImage && view === "OLD_IMAGE" && { OldImage }),
    };
    return {
      // An id that is the same each time the record is read.
      eventID: createHash("md5").update(`${stream} ${SequenceNumber}`).digest("hex"),
      eventName: record.eventName,
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: this.#region,
      dynamodb: {
        ApproximateCreationDateTime,
        Keys,
        ...images,
        SequenceNumber: ownSequence(SequenceNumber),
        SizeBytes: [Keys, ...Object.values(images)].reduce((size, image) => size + itemSize(image), 0),
        StreamViewType: view,
      },
      // Only the service itself is named: what expired.
      ...(record.userIdentity && { userIdentity: { Type: "Service", PrincipalId: "dynamodb.amazonaws.com" } }),
    };
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
function itemSize(item: Image): number {
  return Object.entries(item).reduce((size, [name, value]) => size + Buffer.byteLength(name) + valueSize(value), 0);
}

function valueSize(value: Json): number {
  const [[type, content] = []] = Object.entries(value);
  const list = content as string[];
  switch (type) {
    case "S":
      return Buffer.byteLength(content as string);
    case "N":
      return numberSize(content as string);
    case "B":
      return Buffer.byteLength(content as string, "base64");
    case "SS":
      return list.reduce((size, one) => size + Buffer.byteLength(one), 0);
    case "NS":
      return list.reduce((size, one) => size + numberSize(one), 0);
    case "BS":
      return list.reduce((size, one) => size + Buffer.byteLength(one, "base64"), 0);
    case "L":
      return (content as Json[]).reduce((size, one) => size + 1 + valueSize(one), 3);
    case "M":
      return 3 + itemSize(content as Image) + Object.keys(content as Image).length;
    default:
      return 1;
  }
}

const numberSize = (text: string): number => Math.ceil(text.replace(/^-|\.|[eE].*$/g, "").length / 2) + 1;
