/** Tables of operations, typed by the commands of their service's SDK client. */
import type { Input, OperationName, Output, ServiceName } from "./sdks.ts";
import type { Operation } from "./service.ts";

/** An operation of a service by its name: `OperationOf<"scheduler", "CreateSchedule">`. */
export type OperationOf<Name extends ServiceName, Of extends OperationName<Name>> = Operation<
  Input<Name, Of>,
  Output<Name, Of>
>;

/** Operations of a service, all or some of them: `Operations<"scheduler">`. */
export type Operations<Name extends ServiceName> = { [Of in OperationName<Name>]?: OperationOf<Name, Of> };
