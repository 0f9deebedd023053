/** Whether a topic is one of a filter's, by MQTT's rules: `+` is one level, `#` at the end all that follow. */
export function matchesFilter(topic: string, filter: string): boolean {
  return captureLevels(topic, filter) !== null;
}

/** What stands at the filter's wildcards, in order; null where the topic is none of the filter's. */
export function captureLevels(topic: string, filter: string): string[] | null {
  const levels = topic.split('/');
  const wanted = filter.split('/');
  const found: string[] = [];
  for (const [at, want] of wanted.entries()) {
    if (want === '#') return [...found, levels.slice(at).join('/')];
    const level = levels[at];
    if (level === undefined) return null;
    if (want === '+') found.push(level);
    else if (want !== level) return null;
  }
  return levels.length === wanted.length ? found : null;
}

/** A text as one level of a topic: wildcards and separators become an underscore. `PJOURF+1` is `PJOURF_1`. */
export function toTopicLevel(text: string): string {
  return text.replace(/[+#/\p{Cc}]/gu, '_');
}
