/** An expression as it is written: its placeholders are not looked up yet. */

/** `#a.b[0]`: its names, as they are written, and its indexes. */
export interface PathSyntax {
  kind: "path";
  parts: (string | number)[];
}

export interface ValueSyntax {
  kind: "value";
  /** With its colon. */
  name: string;
}

export interface CallSyntax {
  kind: "call";
  name: string;
  operands: Syntax[];
}

export type Comparator = "=" | "<>" | "<" | "<=" | ">" | ">=";

export type Syntax =
  | PathSyntax
  | ValueSyntax
  | CallSyntax
  | { kind: "and" | "or"; left: Syntax; right: Syntax }
  | { kind: "not"; of: Syntax }
  | { kind: "compare"; comparator: Comparator; left: Syntax; right: Syntax }
  | { kind: "between"; operands: Syntax[] }
  | { kind: "in"; operands: Syntax[] }
  | { kind: "sum"; operator: "+" | "-"; left: Syntax; right: Syntax };

export type Section = "SET" | "REMOVE" | "ADD" | "DELETE";

/** One action of an update expression. */
export interface ActionSyntax {
  section: Section;
  path: PathSyntax;
  /** Absent for REMOVE. */
  operand?: Syntax;
}
