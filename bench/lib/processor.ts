/**
 * Returns what tells the parent what the process has taken of the processor, in µs, since the parent said `count`, and then ends
 * it. What `end` does before that does not count: that a server ends is none of its load.
 */
export function tellProcessor(): (end?: () => Promise<object>) => Promise<void> {
  let before = process.cpuUsage();
  process.on('message', (said) => {
    if (said === 'count') before = process.cpuUsage();
  });
  return async (end) => {
    const { user, system } = process.cpuUsage(before);
    const more = await end?.();
    process.send?.({ cpuUs: user + system, ...more }, () => process.exit(0));
  };
}
