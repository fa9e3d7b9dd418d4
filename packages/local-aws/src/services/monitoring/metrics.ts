/**
 * Data of metrics, in tables of their own: by the second for a quarter of an hour, by the minute for a day, then gone. What was
 * put in different units stays apart: CloudWatch converts none.
 */
import type { Dimension, MetricDatum, StandardUnit } from "@aws-sdk/client-cloudwatch";
import type { Store } from "../../store.ts";

/** Seconds. */
const fineFor = 15 * 60;
const keptFor = 24 * 3600;
const minute = 60;
/** Distinct values of a second or minute from which percentiles are computed; further ones only count in the sums. */
const maxDistinct = 500;

export interface Bucket {
  /** Start, in seconds since 1970. */
  time: number;
  count: number;
  sum: number;
  min: number;
  max: number;
  unit: StandardUnit;
  /** How often each value occurred; absent where only statistics were given. */
  values?: Map<number, number>;
}

export interface Series {
  id: number;
  namespace: string;
  name: string;
  dimensions: { Name: string; Value: string }[];
  /** Last second for which there are data. */
  last: number;
}

interface Row {
  time: number;
  count: number;
  sum: number;
  min: number;
  max: number;
  unit: StandardUnit;
  dist: string | null;
}

export class Metrics {
  readonly #store: Store;
  readonly #ids = new Map<string, number>();

  constructor(store: Store) {
    this.#store = store;
    store.database.exec(`
      CREATE TABLE IF NOT EXISTS monitoring_series (
        id INTEGER PRIMARY KEY, namespace TEXT, name TEXT, dimensions TEXT, last INTEGER,
        UNIQUE (namespace, name, dimensions)
      );
      CREATE TABLE IF NOT EXISTS monitoring_points (
        series INTEGER, time INTEGER, count REAL, sum REAL, min REAL, max REAL, unit TEXT, dist TEXT,
        PRIMARY KEY (series, time, unit)
      ) WITHOUT ROWID`);
    this.#takeOver();
  }

  /** Data that an earlier version kept, which had one unit for each second. */
  #takeOver(): void {
    const sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'monitoring_data'";
    if (!this.#store.prepare(sql).get()) return;
    this.#store.database.exec(`
      INSERT OR IGNORE INTO monitoring_points
        SELECT series, time, count, sum, min, max, coalesce(unit, 'None'), dist FROM monitoring_data;
      DROP TABLE monitoring_data`);
  }

  /** @param now milliseconds since 1970 */
  put(namespace: string, data: MetricDatum[], now = Date.now()): void {
    this.#store.transaction(() => {
      for (const datum of data) this.#add(namespace, datum, now);
    });
  }

  /** The series of exactly that set of dimensions. */
  find(namespace: string, name: string, dimensions: Dimension[] = []): number | undefined {
    const key = seriesKey(namespace, name, dimensions);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const sql = "SELECT id FROM monitoring_series WHERE namespace = ? AND name = ? AND dimensions = ?";
    const row = this.#store.prepare(sql).get(namespace, name, canonical(dimensions)) as { id: number } | undefined;
    if (row) this.#ids.set(key, row.id);
    return row?.id;
  }

  /** All series, in order; `since` leaves out those with no data from that second on. */
  series(since = 0): Series[] {
    const sql = "SELECT * FROM monitoring_series WHERE last >= ? ORDER BY namespace, name, dimensions";
    const rows = this.#store.prepare(sql).all(since) as unknown as (Omit<Series, "dimensions"> & {
      dimensions: string;
    })[];
    return rows.map((row) => ({ ...row, dimensions: JSON.parse(row.dimensions) }));
  }

  /**
   * What was measured from `start` up to `end` (exclusive), in periods of whole seconds that begin at multiples, by time: one
   * for each unit.
   */
  read(series: number, start: number, end: number, period: number, unit?: string): Bucket[] {
    const sql =
      "SELECT time, count, sum, min, max, unit, dist FROM monitoring_points WHERE series = ? AND time >= ? AND time < ? ORDER BY time";
    const periods = new Map<string, Bucket>();
    for (const row of this.#store.prepare(sql).all(series, start, end) as unknown as Row[]) {
      if (unit !== undefined && row.unit !== unit) continue;
      const time = Math.floor(row.time / period) * period;
      const key = `${time} ${row.unit}`;
      const bucket = periods.get(key);
      if (bucket) merge(bucket, fromRow(row));
      else periods.set(key, { ...fromRow(row), time });
    }
    return [...periods.values()];
  }

  /** Aggregates old seconds into minutes, and deletes even older data. */
  compact(now = Date.now()): void {
    const store = this.#store;
    const seconds = Math.floor(now / 1000);
    const edge = Math.floor((seconds - fineFor) / minute) * minute;
    store.transaction(() => {
      store.prepare("DELETE FROM monitoring_points WHERE time < ?").run(seconds - keptFor);
      store.prepare("DELETE FROM monitoring_series WHERE last < ?").run(seconds - keptFor);
      const sql = `SELECT DISTINCT series, time / ${minute} AS slot FROM monitoring_points WHERE time < ? AND time % ${minute} <> 0`;
      for (const { series, slot } of store.prepare(sql).all(edge) as { series: number; slot: number }[]) {
        const from = slot * minute;
        const whole = this.read(series, from, from + minute, minute);
        store
          .prepare("DELETE FROM monitoring_points WHERE series = ? AND time >= ? AND time < ?")
          .run(series, from, from + minute);
        for (const one of whole) this.#write(series, one);
      }
    });
    this.#ids.clear();
  }

  #add(namespace: string, datum: MetricDatum, now: number): void {
    const { MetricName: name = "", Dimensions: dimensions = [], Timestamp: timestamp } = datum;
    let time = Math.floor((timestamp?.getTime() ?? now) / 1000);
    if (time < now / 1000 - fineFor) time = Math.floor(time / minute) * minute;
    const series = this.find(namespace, name, dimensions) ?? this.#newSeries(namespace, name, dimensions);
    this.#store.prepare("UPDATE monitoring_series SET last = max(last, ?) WHERE id = ?").run(time, series);
    const bucket = toBucket(datum, time);
    const [before] = this.read(series, time, time + 1, 1, bucket.unit);
    if (before) merge(before, bucket);
    this.#write(series, before ?? bucket);
  }

  #newSeries(namespace: string, name: string, dimensions: Dimension[]): number {
    const sql = "INSERT INTO monitoring_series (namespace, name, dimensions, last) VALUES (?, ?, ?, 0)";
    const { lastInsertRowid } = this.#store.prepare(sql).run(namespace, name, canonical(dimensions));
    return Number(lastInsertRowid);
  }

  #write(series: number, { time, count, sum, min, max, unit, values }: Bucket): void {
    const dist = values ? JSON.stringify([...values].slice(0, maxDistinct)) : null;
    this.#store
      .prepare("INSERT OR REPLACE INTO monitoring_points VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .run(series, time, count, sum, min, max, unit, dist);
  }
}

function toBucket(
  { Value, Values, Counts, StatisticValues: given, Unit: unit = "None" }: MetricDatum,
  time: number,
): Bucket {
  if (given) {
    const { SampleCount = 0, Sum = 0, Minimum = 0, Maximum = 0 } = given;
    const one = SampleCount === 1 || Minimum === Maximum;
    return {
      time,
      unit,
      count: SampleCount,
      sum: Sum,
      min: Minimum,
      max: Maximum,
      ...(one && { values: new Map([[Minimum, SampleCount]]) }),
    };
  }
  const values = new Map<number, number>();
  const all = Values ?? [Value ?? 0];
  for (const [index, value] of all.entries()) values.set(value, (values.get(value) ?? 0) + (Counts?.[index] ?? 1));
  const entries = [...values];
  return {
    time,
    unit,
    values,
    count: entries.reduce((sum, [, count]) => sum + count, 0),
    sum: entries.reduce((sum, [value, count]) => sum + value * count, 0),
    min: Math.min(...values.keys()),
    max: Math.max(...values.keys()),
  };
}

function fromRow({ dist, ...row }: Row): Bucket {
  return { ...row, ...(dist && { values: new Map(JSON.parse(dist) as [number, number][]) }) };
}

function merge(into: Bucket, other: Bucket): void {
  into.count += other.count;
  into.sum += other.sum;
  into.min = Math.min(into.min, other.min);
  into.max = Math.max(into.max, other.max);
  if (into.values && other.values) {
    for (const [value, count] of other.values) into.values.set(value, (into.values.get(value) ?? 0) + count);
  } else {
    delete into.values;
  }
}

const canonical = (dimensions: Dimension[]): string =>
  JSON.stringify(
    dimensions.map(({ Name = "", Value = "" }) => ({ Name, Value })).sort((a, b) => (a.Name < b.Name ? -1 : 1)),
  );

const seriesKey = (namespace: string, name: string, dimensions: Dimension[]) =>
  `${namespace}\n${name}\n${canonical(dimensions)}`;
