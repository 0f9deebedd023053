// Binary STL: what a slicer gets, read, checked and drawn.

export type Point = readonly [x: number, y: number, z: number];
export type Triangle = readonly [Point, Point, Point];

const HEADER_BYTES = 80;
const TRIANGLE_BYTES = 50;

/** Reads binary STL; what is not of the size its count says is an error. */
export function parseStl(bytes: Buffer): readonly Triangle[] {
  const count = bytes.length < HEADER_BYTES + 4 ? -1 : bytes.readUInt32LE(HEADER_BYTES);
  if (bytes.length !== HEADER_BYTES + 4 + count * TRIANGLE_BYTES)
    throw new RangeError(`binary STL of ${bytes.length} bytes says that it has ${count} triangles`);
  const point = (at: number): Point => [
    bytes.readFloatLE(at),
    bytes.readFloatLE(at + 4),
    bytes.readFloatLE(at + 8),
  ];
  return Array.from({ length: count }, (_, i) => {
    // A triangle begins with its normal, which its corners tell as well.
    const at = HEADER_BYTES + 4 + i * TRIANGLE_BYTES + 12;
    return [point(at), point(at + 12), point(at + 24)];
  });
}

/** What is inside, mm³; negative where the faces look inwards. */
export function volumeMm3(triangles: readonly Triangle[]): number {
  return triangles.reduce((sum, [a, b, c]) => sum + dot(a, cross(b, c)) / 6, 0);
}

/**
 * Edges that are not shared by as many triangles running one way as the other: none in a body that is closed and whose faces all
 * look outwards.
 */
export function openEdges(triangles: readonly Triangle[]): number {
  const edges = new Map<string, number>();
  const count = (from: Point, to: Point) => {
    const [a, b] = [from.join(), to.join()];
    const [key, step] = a < b ? [`${a} ${b}`, 1] : [`${b} ${a}`, -1];
    edges.set(key, (edges.get(key) ?? 0) + step);
  };
  for (const [a, b, c] of triangles) {
    count(a, b);
    count(b, c);
    count(c, a);
  }
  return [...edges.values()].filter((sum) => sum !== 0).length;
}

/** Lowest and highest of each axis, mm. */
export function boundsOf(triangles: readonly Triangle[]): readonly [low: Point, high: Point] {
  const low: [number, number, number] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ];
  const high: [number, number, number] = [
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ];
  for (const point of triangles.flat()) {
    for (const axis of [0, 1, 2] as const) {
      low[axis] = Math.min(low[axis], point[axis]);
      high[axis] = Math.max(high[axis], point[axis]);
    }
  }
  return [low, high];
}

/** Connected bodies. */
export function bodies(triangles: readonly Triangle[]): number {
  const joined = new Map<string, string>();
  const find = (name: string): string => {
    let at = name;
    for (let next = joined.get(at); next !== undefined && next !== at; next = joined.get(at)) at = next;
    joined.set(name, at);
    return at;
  };
  for (const triangle of triangles) {
    const [first = '', ...others] = triangle.map((point) => find(point.join()));
    for (const other of others) joined.set(find(other), find(first));
  }
  return new Set([...joined.keys()].map(find)).size;
}

export function cross(a: Point, b: Point): Point {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function dot(a: Point, b: Point): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function subtract(a: Point, b: Point): Point {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
