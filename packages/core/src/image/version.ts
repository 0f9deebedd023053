/** The version of an image: four numbers, compared from left to right. */
export interface ImageVersion {
  /** 0 to 255. */
  readonly major: number;
  /** 0 to 255. */
  readonly minor: number;
  /** 0 to 65535. */
  readonly revision: number;
  /** 0 to 4294967295; what MCUmgr compares only when it is told to. */
  readonly build: number;
}

/** `1.2.3`, with the build where there is one: `1.2.3+4`. */
export function formatVersion({ major, minor, revision, build }: ImageVersion): string {
  return `${major}.${minor}.${revision}${build === 0 ? '' : `+${build}`}`;
}

/** Reads `1.2.3`, `1.2.3+4` and, as devices write it, `1.2.3.4`; parts from the right may be missing. Null for anything else. */
export function parseVersion(text: string): ImageVersion | null {
  const parts = /^(\d{1,3})(?:\.(\d{1,3})(?:\.(\d{1,5})(?:[+.](\d{1,10}))?)?)?$/.exec(text);
  if (parts === null) return null;
  const [major = 0, minor = 0, revision = 0, build = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  const fits = major <= 0xff && minor <= 0xff && revision <= 0xffff && build <= 0xffffffff;
  return fits ? { major, minor, revision, build } : null;
}

/** Negative when the left one is older, positive when it is newer, 0 when they are the same. */
export function compareVersions(left: ImageVersion, right: ImageVersion): number {
  return (
    left.major - right.major ||
    left.minor - right.minor ||
    left.revision - right.revision ||
    left.build - right.build
  );
}
