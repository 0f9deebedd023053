import { z } from 'zod';
import { type Operation, operations } from './operations.ts';
import { problem } from './site.ts';

/** The OpenAPI 3.1 document of the API, for `GET /api/v1/openapi.json`. */
export function openApiDocument(version: string): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of Object.values<Operation>(operations)) {
    paths[operation.path] = { ...paths[operation.path], [operation.method ?? 'get']: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kilowink',
      version,
      description: 'A home’s electricity, measured at the meter. Times are UTC milliseconds or ISO 8601.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: { schemas: { Problem: schemaOf(problem) } },
  };
}

function describe(operation: Operation): Readonly<Record<string, unknown>> {
  const schema = operation.answer === null ? { type: 'string' } : schemaOf(operation.answer);
  const problemAnswer = {
    description: 'What was expected and what came (RFC 9457)',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  return {
    operationId: operation.id,
    summary: operation.summary,
    parameters: [...inputs(operation.parameters, 'path'), ...inputs(operation.query, 'query')],
    ...requestBodyOf(operation),
    responses: {
      200: { description: operation.summary, content: { [operation.contentType]: { schema } } },
      default: problemAnswer,
    },
  };
}

function requestBodyOf({ body, bodyType }: Operation): Readonly<Record<string, unknown>> {
  if (bodyType !== undefined) return { requestBody: { required: true, content: { [bodyType]: {} } } };
  if (body === undefined) return {};
  return {
    requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } },
  };
}

function inputs(shape: z.ZodObject | null, where: 'path' | 'query'): Readonly<Record<string, unknown>>[] {
  return Object.entries(shape?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: where,
    required: where === 'path',
    description: (schema as z.ZodType).description ?? '',
    schema: schemaOf(schema as z.ZodType, 'input'),
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): Readonly<Record<string, unknown>> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
