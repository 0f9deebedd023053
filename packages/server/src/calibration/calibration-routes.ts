import { type CalibrationAnswer, calibrationBody, operations, seriesParameters } from '@kilowink/api';
import type { FastifyInstance } from 'fastify';
import { serverError } from '../errors.ts';
import { fastifyPath } from '../http/paths.ts';
import { readInput } from '../http/query.ts';
import { correctionEffect, describeCorrection } from '../truth/corrections.ts';
import { askedComparison, energyOf, type TruthRoutes } from '../truth/truth-routes.ts';
import { calibrate } from './calibration.ts';

/** The route that makes a comparison agree. */
export function addCalibrationRoutes(app: FastifyInstance, routes: TruthRoutes): void {
  const { reader, writer, zone, nowMs, onChange } = routes;
  app.post(fastifyPath(operations.calibrateSeries.path), (request): CalibrationAnswer => {
    routes.requireAdmin(request);
    if (writer === null) throw serverError('http/read-only');
    const series = energyOf(reader, readInput(seriesParameters, request.params).id);
    const {
      each = false,
      note = '',
      preview = false,
      ...query
    } = readInput(calibrationBody, request.body ?? {});
    const comparison = askedComparison(series, { ...query, raw: false }, routes);
    const site = { zone, nowMs: nowMs(), subscribedVa: routes.subscribedVaOf(series) };
    const asked = { comparison, isEach: each, note };
    const stretches = calibrate(reader, series, { asked, site });
    // Before any is kept: each is told by itself.
    const effects = stretches.map(({ period, made }) => ({
      period,
      ...correctionEffect(reader, series, made),
    }));
    const kept = preview ? [] : writer.putCorrections(stretches.map(({ made }) => made));
    if (kept.length > 0) onChange();
    return {
      ...{ series: series.id, with: comparison.reference?.id ?? null },
      corrections: effects.map((effect, index) => {
        const made = kept[index];
        return { ...effect, correction: made === undefined ? null : describeCorrection(made, series) };
      }),
    };
  });
}
