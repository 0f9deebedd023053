// Stands in for serialport 1.2.5, which no present Node builds, below the `teleinfo` package: what is put into `feed` comes
// out a line at a time, cut at the delimiter, as that version's line parser does it.
const { EventEmitter } = require('node:events');

class SerialPort extends EventEmitter {
  constructor(_path, options) {
    super();
    let rest = '';
    module.exports.feed = (bytes) => {
      const lines = (rest + bytes.toString('latin1')).split(options.parser);
      rest = lines.pop();
      for (const line of lines) this.emit('data', line);
    };
  }
}

module.exports = { SerialPort, parsers: { readline: (delimiter) => delimiter }, feed: () => {} };
