// Loaded before the program (`node --import`): its clocks run so many times faster, all of them from one moment on that each
// process is told, so that sensors whose windows are that much shorter have a server whose time fits theirs.
const speed = Number(process.env['CRASH_SPEED']);
const wallZeroMs = Number(process.env['CRASH_WALL_ZERO']);
const hrZeroNs = BigInt(process.env['CRASH_HR_ZERO'] ?? 0);

const plainNow = Date.now.bind(Date);
const plainHr = process.hrtime.bigint.bind(process.hrtime);
const quickNs = () => hrZeroNs + (plainHr() - hrZeroNs) * BigInt(speed);

Date.now = () => Math.floor(wallZeroMs + (plainNow() - wallZeroMs) * speed);
process.hrtime.bigint = quickNs;
performance.now = () => Number(quickNs() - hrZeroNs) / 1e6;
