/**
 * A program as one that may not do everything: root is refused nothing, so for root it is run without its privileges. It stays
 * the same user, because another one may not enter the folder that the repository lies in.
 */
export function asPlain(file: string, args: readonly string[]): [file: string, args: string[]] {
  if (process.getuid?.() !== 0) return [file, [...args]];
  return ['setpriv', ['--inh-caps=-all', '--bounding-set=-all', file, ...args]];
}
