/** Mocha's reporter `dot`, and beside it `xunit`, into the file that the option `output` names: Mocha itself takes one alone. */
const { reporters } = require("mocha");

module.exports = class extends reporters.Dot {
  #xunit;

  constructor(runner, options) {
    super(runner, options);
    this.#xunit = new reporters.XUnit(runner, options);
  }

  /** Mocha waits for the file. */
  done(failures, end) {
    this.#xunit.done(failures, end);
  }
};
