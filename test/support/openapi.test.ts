import { describe, expect, test } from 'vitest';
import { checkAnswer, operationOf, operations } from './openapi.ts';

describe('the response validator', () => {
  const request = { method: 'GET', path: '/v1/customers/acme' };
  const time = '2026-11-20T12:00:00.000Z';
  const customer = { id: 'acme', name: null, created_at: time, updated_at: time };

  function answer(status: number, body: unknown, contentType = 'application/json') {
    return { ...request, status, contentType, body };
  }

  test('accepts what the document promises', () => {
    expect(() => checkAnswer(answer(200, customer))).not.toThrow();
  });

  test('refuses a missing field, a wrong type, a wrong format', () => {
    const { name: _, ...nameless } = customer;
    expect(() => checkAnswer(answer(200, nameless))).toThrow(/name/);
    expect(() => checkAnswer(answer(200, { ...customer, id: 7 }))).toThrow(/id/);
    expect(() => checkAnswer(answer(200, { ...customer, created_at: 'yesterday' }))).toThrow(/created_at/);
  });

  test('refuses a content type and a problem that the document does not know', () => {
    expect(() => checkAnswer(answer(200, customer, 'text/html'))).toThrow(/text\/html/);
    expect(() => checkAnswer(answer(404, { message: 'gone' }, 'application/problem+json'))).toThrow(/detail/);
    expect(() => checkAnswer(answer(404, { error: 'gone' }))).toThrow(/application\/problem\+json/);
  });

  test('finds operations by their paths', () => {
    expect(operationOf({ method: 'GET', path: '/v1/customers/a%2Fb' })?.operationId).toBe('getCustomer');
    expect(operationOf({ method: 'GET', path: '/v1/customers' })?.operationId).toBe('listCustomers');
    expect(operationOf({ method: 'GET', path: '/healthz' })).toBeUndefined();
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  });
});
