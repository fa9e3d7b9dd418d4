import assert from "node:assert/strict";
import fc from "fast-check";
import { AwsError } from "../../../../src/service.ts";
import type { StoredEvent } from "../../../../src/services/logs/events.ts";
import { parseQuery } from "../../../../src/services/logs/insights/parseQuery.ts";
import { EventRow, type Row } from "../../../../src/services/logs/insights/row.ts";
import { textOf } from "../../../../src/services/logs/insights/values.ts";

/** 2026-01-31 12:00:00 */
const noon = Date.UTC(2026, 0, 31, 12);

/** What a query makes of messages, a minute apart, the oldest first: values by column. */
function ask(query: string, messages: (string | object)[]): string[][] {
  const { columns, begin } = parseQuery(query);
  const rows: string[][] = [];
  const sink = { push: (row: Row) => rows.push(columns.map((name) => textOf(row.get(name)))), end() {} };
  const first = begin(sink, () => {});
  for (const [index, message] of messages.entries()) {
    const event: StoredEvent = {
      ...{ timestamp: noon + index * 60_000, ingestionTime: noon, stream: "s", batch: 1, index },
      message: typeof message === "string" ? message : JSON.stringify(message),
    };
    first.push(new EventRow(event, "000000000000:/g"));
  }
  first.end();
  return rows;
}

describe("queries of Logs Insights", () => {
  const orders = [
    { order: { id: "a", price: 4.5 }, state: "paid", items: ["x", "y"] },
    { order: { id: "b", price: 10 }, state: "open" },
    { order: { id: "c", price: 7 }, state: "paid", note: null },
    "no JSON at all",
  ];
  const cases: [query: string, rows: string[][]][] = [
    ["fields order.id", [[""], ["c"], ["b"], ["a"]]],
    ["fields order.id | limit 2", [[""], ["c"]]],
    [
      "",
      [...orders.entries()]
        .reverse()
        .map(([minute, one]) => [
          `2026-01-31 12:0${minute}:00.000`,
          typeof one === "string" ? one : JSON.stringify(one),
        ]),
    ],
    ["fields order.id | filter ispresent(order.id) | sort order.price desc", [["b"], ["c"], ["a"]]],
    [
      "filter state = 'paid' # only those\n| fields order.id as id, order.price * 2 as double | sort id",
      [
        ["a", "9"],
        ["c", "14"],
      ],
    ],
    ["fields order.id | filter order.price > 4.5 and order.price <= 7", [["c"]]],
    ["fields order.id | filter not (state = 'paid') and ispresent(state)", [["b"]]],
    ["fields order.id | filter order.id in ['a', 'b'] | sort order.id asc", [["a"], ["b"]]],
    ["fields order.id | filter ispresent(order.id) and order.id not in ['a', 'b']", [["c"]]],
    ["fields @message | filter @message like 'JSON'", [["no JSON at all"]]],
    ["fields @message | filter @message like /(?i)json AT/", [["no JSON at all"]]],
    ["fields @message | filter @message =~ /at\\s+all$/", [["no JSON at all"]]],
    ["fields order.id | filter @message not like /JSON/ | sort order.id", [["a"], ["b"], ["c"]]],
    ["fields order.id, items.0, items[1] | filter order.id = 'a'", [["a", "x", "y"]]],
    ["fields `order.id`, order | filter order.id = 'b'", [["b", '{"id":"b","price":10}']]],
    ["stats count(*)", [["4"]]],
    [
      "stats count(*) as n, count(state), count_distinct(state) by state | sort n desc, state",
      [
        ["paid", "2", "2", "1"],
        ["", "1", "0", "0"],
        ["open", "1", "1", "1"],
      ],
    ],
    [
      "stats sum(order.price), avg(order.price), min(order.price), max(order.price)",
      [["21.5", "7.166666666666667", "4.5", "10"]],
    ],
    [
      "stats sum(order.price) / count(order.price) as mean | filter mean > 7 | fields floor(mean) as whole",
      [["7.166666666666667", "7"]],
    ],
    ["stats pct(order.price, 50), median(order.price), floor(stddev(order.price) * 1000)", [["7", "7", "2248"]]],
    ["stats earliest(order.id), latest(order.id), sortsFirst(state), sortsLast(state)", [["a", "c", "open", "paid"]]],
    [
      "stats count(*) by bin(2m) as t | sort t",
      [
        ["2026-01-31 12:00:00.000", "2"],
        ["2026-01-31 12:02:00.000", "2"],
      ],
    ],
    [
      "stats count(*) by bin(2m) | sort bin(2m)",
      [
        ["2026-01-31 12:00:00.000", "2"],
        ["2026-01-31 12:02:00.000", "2"],
      ],
    ],
    ["stats max(order.price) as top by state | stats count(*) as states", [["3"]]],
    ["filter state = 'gone' | stats count(*)", [["0"]]],
    ["filter state = 'gone' | stats count(*) by state", []],
    ["fields state | dedup state | filter ispresent(state)", [["paid"], ["open"]]],
    ["fields state, order.id | sort order.id asc | dedup state | display order.id", [[""], ["a"], ["b"]]],
    ["fields @message | display state | limit 2", [[""], ["paid"]]],
    ["fields 2 + 3 * 2 ^ 2 - -1 as n, 7 % 4, 1 / 0 as none | limit 1", [["15", "3", ""]]],
  ];
  for (const [query, rows] of cases) {
    it(query || "of nothing", () => assert.deepEqual(ask(query, orders), rows));
  }

  describe("parse", () => {
    const lines = ["user=ann, took 12 ms [ok]", "user=bob, took 7 ms [failed]", "other"];
    for (const [query, rows] of [
      [
        'parse @message "user=*, took * ms [*]" as user, took, how | display user, took, how',
        [
          ["", "", ""],
          ["bob", "7", "failed"],
          ["ann", "12", "ok"],
        ],
      ],
      ["parse 'user=*, ' as user | filter ispresent(user) | display user", [["bob"], ["ann"]]],
      [
        "parse @message /took (?<took>\\d+) ms \\[(?<how>\\w+)\\]/ | filter ispresent(how) | stats sum(took) as all by how | sort all",
        [
          ["failed", "7"],
          ["ok", "12"],
        ],
      ],
      ['parse @message "user=*" as rest | fields rest | limit 2', [[""], ["bob, took 7 ms [failed]"]]],
      ['parse @message "*," as head | limit 1', [["2026-01-31 12:02:00.000", "other", ""]]],
    ] as [string, string[][]][]) {
      it(query, () => assert.deepEqual(ask(query, lines), rows));
    }
  });

  describe("functions", () => {
    for (const [expression, value] of [
      ["abs(-2)", "2"],
      ["ceil(1.2)", "2"],
      ["sqrt(9)", "3"],
      ["sqrt(-9)", ""],
      ["greatest(1, 3, 2)", "3"],
      ["least('b', 'a')", "a"],
      ["coalesce(nothing, 'x')", "x"],
      ["isempty('')", "true"],
      ["isblank(' ')", "true"],
      ["concat('a', 1, 'b')", "a1b"],
      ["trim('  a ')", "a"],
      ["ltrim('xxa', 'x')", "a"],
      ["rtrim('a--', '-')", "a"],
      ["strlen('añ')", "2"],
      ["toupper('a')", "A"],
      ["tolower('A')", "a"],
      ["substr('hello', 1, 3)", "ell"],
      ["replace('a.b.c', '.', '$&')", "a$&b$&c"],
      ["strcontains('abc', 'b')", "1"],
      ["datefloor(@timestamp, 1h)", "2026-01-31 12:00:00.000"],
      ["dateceil(@timestamp, 1d)", "2026-02-01 00:00:00.000"],
      ["fromMillis(0)", "1970-01-01 00:00:00.000"],
      ["toMillis(@timestamp)", String(noon)],
      ["@logStream", "s"],
      ["@log", "000000000000:/g"],
    ] as const) {
      it(`${expression} is ${value || "nothing"}`, () =>
        assert.deepEqual(ask(`fields ${expression} as it`, ["x"]), [[value]]));
    }
  });

  it("find what Lambda's own lines tell", () => {
    const id = "8f5b1c6e-0000-4000-8000-000000000000";
    const lines = [
      `START RequestId: ${id} Version: $LATEST\n`,
      `2026-01-31T12:00:00.000Z\t${id}\tINFO\t{"level":"info","user":{"name":"ann"}}`,
      `REPORT RequestId: ${id}\tDuration: 12.5 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 70 MB\tInit Duration: 99.5 ms\t`,
    ];
    const fields =
      "@type, @requestId, @duration, @billedDuration, @memorySize, @maxMemoryUsed, @initDuration, user.name";
    assert.deepEqual(ask(`fields ${fields}`, lines), [
      ["REPORT", id, "12.5", "13", "128000000", "70000000", "99.5", ""],
      ["", id, "", "", "", "", "", "ann"],
      ["START", id, "", "", "", "", "", ""],
    ]);
  });

  for (const [query, message] of [
    [
      "pattern @message",
      /a command is expected; the local cloud has fields, display, .* found "pattern" at position 1/,
    ],
    ["constructor x", /a command is expected/],
    ["fields a b", /"\|" is expected, found "b" at position 10/],
    ["fields", /a field or a value is expected, the query ends at position 7/],
    ["filter a like b", /a text or a regular expression is expected/],
    ["filter a not b", /"like" or "in" is expected/],
    ["filter a like /(/", /is no regular expression/],
    ["filter a like /x", /the regular expression has no end/],
    ["fields nothing(a)", /the local cloud has no function nothing/],
    ["fields toString(a)", /the local cloud has no function toString/],
    ["fields strlen()", /strlen has 1 arguments, 0 are given/],
    ["filter count(*) > 1", /count is a function of groups, which stats alone has/],
    ["stats pct(a)", /pct has 2 arguments, 1 are given/],
    ["stats count(*) by bin(1mo)", /periods of ms, s, m, h, d and w/],
    ["limit 0", /a whole number from 1 to 10000/],
    ["limit many", /a whole number/],
    ["parse @message 'a*b*' as one", /the pattern has 2 wildcards, and 1 names are given/],
    ["parse @message /a(b)/", /no named group/],
    ["fields 'open", /a command, a field or a value is expected/],
    [`fields ${"(".repeat(5000)}a`, /nested too deeply/],
    [`fields ${"a".repeat(10_000)}`, /more than 10000 characters/],
  ] as const) {
    it(`are refused: ${query.slice(0, 40)}`, () => assert.throws(() => parseQuery(query), message));
  }

  it("are answered or refused, whatever they are", () => {
    const words = [
      ...[
        "fields",
        "filter",
        "stats",
        "sort",
        "parse",
        "display",
        "limit",
        "dedup",
        "by",
        "as",
        "and",
        "or",
        "not",
        "in",
      ],
      ...[
        "like",
        "desc",
        "|",
        ",",
        "(",
        ")",
        "[",
        "]",
        "=",
        "!=",
        "<",
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        "=~",
        "/a.(?<b>c)/",
      ],
      ...[
        "@message",
        "@timestamp",
        "order.price",
        "`a b`",
        "'x'",
        '"*-*"',
        "1",
        "5m",
        "count(*)",
        "avg(",
        "strlen(",
        "bin(",
      ],
      ...["#", "\n", "constructor", "__proto__", "pct("],
    ];
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((parts) => parts.join(" ")),
    );
    fc.assert(
      fc.property(text, (query) => {
        try {
          for (const row of ask(query, [...orders, "", "{", '{"__proto__":{"x":1}}'])) {
            assert.ok(row.every((value) => typeof value === "string"));
          }
        } catch (error) {
          assert.ok(error instanceof AwsError && error.code === "MalformedQueryException", String(error));
        }
      }),
      { numRuns: 3000 },
    );
  });
});
