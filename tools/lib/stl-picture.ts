// Bodies as a picture: parallel light, a depth buffer, PNG. OpenSCAD draws pictures only where there is a display.
import { crc32, deflateSync } from 'node:zlib';
import { cross, dot, type Point, subtract, type Triangle } from './stl.ts';

type Colour = readonly [red: number, green: number, blue: number];

export interface Body {
  readonly triangles: readonly Triangle[];
  readonly colour: Colour;
}

export interface View {
  readonly width: number;
  readonly height: number;
  /** Around z, then towards the eye; degrees. */
  readonly turn: number;
  readonly tilt: number;
}

const OVERSAMPLING = 2;
const MARGIN = 0.04;

/** A PNG of the bodies from above, as large as it fits. */
export function pictureOf(bodies: readonly Body[], view: View): Buffer {
  const size = { width: view.width * OVERSAMPLING, height: view.height * OVERSAMPLING };
  const seen = bodies.map(({ triangles, colour }) => ({
    colour,
    triangles: triangles.map((each) => each.map((point) => turned(point, view)) as unknown as Triangle),
  }));
  const points = seen.flatMap(({ triangles }) => triangles.flat());
  const range = (axis: 0 | 1): readonly [number, number] =>
    points.reduce<readonly [number, number]>(
      ([low, high], point) => [Math.min(low, point[axis]), Math.max(high, point[axis])],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    );
  const [[left, right], [low, high]] = [range(0), range(1)];
  const scale = (1 - 2 * MARGIN) * Math.min(size.width / (right - left), size.height / (high - low));
  const place = ([x, y, z]: Point): Point => [
    size.width / 2 + (x - (left + right) / 2) * scale,
    size.height / 2 - (y - (low + high) / 2) * scale,
    z,
  ];
  const canvas = {
    ...size,
    pixels: new Float32Array(size.width * size.height * 3).fill(255),
    depth: new Float32Array(size.width * size.height).fill(-1e9),
  };
  for (const { triangles, colour } of seen) {
    for (const triangle of triangles)
      fillTriangle(canvas, triangle.map(place) as unknown as Triangle, shade(triangle, colour));
  }
  return png(canvas);
}

interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly pixels: Float32Array;
  readonly depth: Float32Array;
}

function turned([x, y, z]: Point, { turn, tilt }: View): Point {
  const [a, b] = [(turn * Math.PI) / 180, (tilt * Math.PI) / 180];
  const [u, v] = [x * Math.cos(a) - y * Math.sin(a), x * Math.sin(a) + y * Math.cos(a)];
  return [u, v * Math.cos(b) + z * Math.sin(b), z * Math.cos(b) - v * Math.sin(b)];
}

/** Light comes from the upper left, in front of the picture. */
function shade([a, b, c]: Triangle, colour: Colour): Colour {
  const normal = cross(subtract(b, a), subtract(c, a));
  const length = Math.hypot(...normal) || 1;
  const light = dot(normal, [-0.42, 0.5, 0.76]) / length;
  const part = 0.55 + 0.45 * light;
  return [colour[0] * part, colour[1] * part, colour[2] * part].map((value) =>
    Math.min(255, Math.max(0, value)),
  ) as unknown as Colour;
}

function fillTriangle(canvas: Canvas, [a, b, c]: Triangle, colour: Colour): void {
  const area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
  if (area === 0) return;
  const [xs, ys] = [
    [a[0], b[0], c[0]],
    [a[1], b[1], c[1]],
  ];
  for (
    let y = Math.max(0, Math.floor(Math.min(...ys)));
    y <= Math.min(canvas.height - 1, Math.max(...ys));
    y++
  ) {
    for (
      let x = Math.max(0, Math.floor(Math.min(...xs)));
      x <= Math.min(canvas.width - 1, Math.max(...xs));
      x++
    ) {
      const v = ((x - a[0]) * (c[1] - a[1]) - (y - a[1]) * (c[0] - a[0])) / area;
      const w = ((b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])) / area;
      if (v < 0 || w < 0 || v + w > 1) continue;
      const z = a[2] + v * (b[2] - a[2]) + w * (c[2] - a[2]);
      const at = y * canvas.width + x;
      if (z <= (canvas.depth[at] ?? 0)) continue;
      canvas.depth[at] = z;
      canvas.pixels.set(colour, at * 3);
    }
  }
}

function png({ width, height, pixels }: Canvas): Buffer {
  const [w, h] = [width / OVERSAMPLING, height / OVERSAMPLING];
  const rows = Buffer.alloc(h * (1 + w * 3));
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w * 3; x++) {
      let sum = 0;
      for (let i = 0; i < OVERSAMPLING ** 2; i++) {
        const row = y * OVERSAMPLING + Math.floor(i / OVERSAMPLING);
        const column = Math.floor(x / 3) * OVERSAMPLING + (i % OVERSAMPLING);
        sum += pixels[(row * width + column) * 3 + (x % 3)] ?? 0;
      }
      rows[y * (1 + w * 3) + 1 + x] = Math.round(sum / OVERSAMPLING ** 2);
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(w, 0);
  head.writeUInt32BE(h, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
