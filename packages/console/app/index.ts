/** What a program's own pages are made of; they import it as `local-console/app`. */
export * from "./lib/activity.ts";
export { all, call, Refused, readDocument, send } from "./lib/api.ts";
export { type Data, type Refresh, useData } from "./lib/data.ts";
export { useActivities, useConnected, useNews } from "./lib/events.ts";
export { definePage, type Page, type PageProps } from "./lib/page.ts";
export { go, hrefOf } from "./lib/router.ts";
export * from "./lib/text.ts";
export { plain } from "./pages/tables/item.ts";
export { Graph, type GraphEdge, type GraphNode } from "./ui/graph.tsx";
export { type Column, List } from "./ui/list.tsx";
export { Badge, Button, Empty, Facts, Failure, Field, Json, Section, type Tone, Waiting } from "./ui/parts.tsx";
export { Split } from "./ui/split.tsx";
