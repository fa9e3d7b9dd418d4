// Pulumi type-checks a policy pack each time it starts, by settings of its own. Ours has been checked (`npm test`): it is
// only transpiled, as the program is.
const { REGISTER_INSTANCE, register } = require("ts-node");

process[REGISTER_INSTANCE]?.enabled(false);
register({ projectSearchDir: __dirname });
require("./pack.ts");
