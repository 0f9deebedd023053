/** The OpenAPI way of writing a path (`/series/{id}`) as the router has it (`/series/:id`). */
export function fastifyPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}
