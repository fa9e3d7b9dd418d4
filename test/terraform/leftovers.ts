/** What of the cloud's state stays when everything is destroyed, as it does on AWS. */

/** By collection, or by how the keys of some of its records begin. */
const staying: Record<string, string> = {
  "apigateway.account": "each region has one",
  "ec2.resources nat-": "a NAT gateway is described for an hour after its deletion",
  "ecs.tags": "of task definitions",
  "ecs.taskDefinitions": "a revision that is deregistered stays, INACTIVE",
  "events.buses": "the default bus",
  "kms.aliases alias/aws/": "keys of AWS's services stay once one of them has been used",
  "kms.keys": "deletion waits for seven days",
  "lambda.layerNumbers": "no number is given twice",
  "lambda.layers": "a version that is deleted stays for the functions that use it",
  mail: "what was sent has been sent",
  "monitoring.history": "the history of alarms is kept for 30 days",
  monitoring_points: "metrics are kept for fifteen months",
  monitoring_series: "metrics are kept for fifteen months",
  records: "what a stream tells is kept for a day, without its table, too",
  "route53.changes": "a change can be looked up when its zone is gone",
  "scheduler.groups": "the default group",
  sqlite_sequence: "the database's own",
  streams: "a stream can be read for a day, without its table, too",
  "sts.keys": "sessions end by themselves",
  xray_segments: "traces are kept for 30 days",
};

/** @param records as `collection key`. @returns those that nothing explains. */
export const unexplained = (records: Iterable<string>): string[] =>
  [...records].filter((record) => !Object.keys(staying).some((known) => isOf(record, known)));

const isOf = (record: string, known: string): boolean =>
  known.includes(" ") ? record.startsWith(known) : record.split(" ", 1)[0] === known;
