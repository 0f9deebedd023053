// Preloaded into a process that is measured: tells its peak resident memory, in kB, when it ends.
process.on('exit', () => process.stderr.write(`peak-memory ${process.resourceUsage().maxRSS}\n`));
