import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasUnit, kindOf, QUANTITY_NAMES, UNIT_NAMES, UNITS_PER_WH } from './quantity.ts';

test('amounts have a unit of energy, gauges have none', () => {
  for (const quantity of QUANTITY_NAMES) {
    const units = UNIT_NAMES.filter((unit) => hasUnit(quantity, unit));
    assert.ok(units.length > 0, quantity);
    for (const unit of units)
      assert.equal(Number.isNaN(UNITS_PER_WH[unit]), kindOf(quantity) === 'mean', quantity);
  }
});

test('a quantity refuses the unit of another', () => {
  assert.equal(hasUnit('energy', 'mWh'), true);
  assert.equal(hasUnit('energy', 'VA'), false);
  assert.equal(hasUnit('voltage', 'mV'), false);
});
