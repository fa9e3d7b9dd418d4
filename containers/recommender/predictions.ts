import { type LoadedModel, predict } from "./artifact.ts";
import { UserError } from "./failure.ts";
import { idOf } from "./ratings.ts";

const DECIMALS = 4;

/**
 * Answers lines `user,item` with lines of one predicted rating each, in the same order. Fields may be quoted as in CSV;
 * an empty line at the end counts for nothing.
 *
 * @throws UserError that names the first line that is no pair
 */
export function predictLines(model: LoadedModel, body: string): string {
  const lines = body.split(/\r?\n/);
  while (lines.length > 0 && lines.at(-1) === "") lines.pop();
  if (lines.length === 0) throw new UserError("The body is empty, expected lines user,item");
  let answer = "";
  for (const [index, line] of lines.entries()) {
    const pair = line.includes('"') ? QUOTED_PAIR.exec(line)?.slice(1).map(unquote) : line.split(",");
    const user = idOf(pair?.[0]);
    const item = idOf(pair?.[1]);
    if (pair?.length !== 2 || !user || !item) {
      throw new UserError(`Line ${index + 1} is ${JSON.stringify(line.slice(0, 80))}, expected user,item`);
    }
    answer += `${predict(model, user, item).toFixed(DECIMALS)}\n`;
  }
  return answer;
}

const FIELD = '("(?:[^"]|"")*"|[^",]*)';
const QUOTED_PAIR = new RegExp(`^${FIELD},${FIELD}$`);
const unquote = (field: string) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
