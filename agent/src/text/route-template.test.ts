import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ANY_ROUTE, Routes, routeOf } from './route-template.ts';

describe('routeOf', () => {
  const check = (path: string, want: string) => expect(routeOf(path)).toBe(want);

  describe('words stay', () => {
    test.each([
      ['/'],
      ['/cart'],
      ['/cart/'],
      ['/cart/items'],
      ['/api/v1/users'],
      ['/apis/apps/v1beta1/deployments'],
      ['/v2.1/search'],
      ['/api-v2/list'],
      ['/getUserById'],
      ['/getListOfAllMyDocs'],
      ['/HEALTHCHECK'],
      ['/.well-known/openid-configuration'],
      ['/oauth2/token'],
      ['/oauth2-callback'],
      ['/S3/buckets'],
      ['/en-US/docs'],
      ['/google.pubsub.v1.Publisher/Publish'],
      ['/v1/documents:search'],
      ['/odata/$metadata'],
      ['/favicon.ico'],
      ['/static/app.js'],
      ['/static/main.min.js'],
      ['/fonts/inter.woff2'],
      ['/cafe'],
      ['/../etc/passwd'],
      ['*'],
      [ANY_ROUTE],
    ])('%s', (path) => check(path, path));
  });

  describe('what looks like an id becomes {id}', () => {
    test.each([
      ['/cart/42', '/cart/{id}'],
      ['/cart/42/', '/cart/{id}/'],
      ['/cart/-1', '/cart/{id}'],
      ['/users/u12/orders', '/users/{id}/orders'],
      ['/orders/order-00042', '/orders/{id}'],
      ['/events/2024-02-29', '/events/{id}'],
      ['/tiles/3.5,7.25', '/tiles/{id}'],
      ['/f/3f2504e0-4f89-41d3-9a0c-0305e82c3301', '/f/{id}'],
      ['/commit/deadbeef', '/commit/{id}'],
      ['/commit/9FCEB02D0AE598E95DC970B74767F19372D61AF8', '/commit/{id}'],
      ['/u/01ARZ3NDEKTSV4RRFFQ69G5FAV', '/u/{id}'],
      ['/k/0ujtsYcgvSTl8PAuAdqWYSMnLOv', '/k/{id}'],
      ['/m/507f1f77bcf86cd799439011', '/m/{id}'],
      ['/t/dGhpcyBpcyBhIHRva2Vu', '/t/{id}'],
      ['/t/aGVsbG8=', '/t/{id}'],
      ['/t/qWxTzKpLmNvB', '/t/{id}'],
      ['/users/joe@example.com', '/users/{id}'],
      ['/users/%6a%6f%65', '/users/{id}'],
      ['/~joe/index.html', '/{id}/index.html'],
      ['/search/caf\u00e9', '/search/{id}'],
      ['/odata/Products(1)', '/odata/{id}'],
      ['/ip/10.0.0.1', '/ip/{id}'],
      [`/x/${'long'.repeat(11)}`, '/x/{id}'],
      ['/cart;jsessionid=0A1B2C', '/cart'],
      ['/static/app.3f2a9c1b.js', '/static/{id}.js'],
      ['/static/3f2a9c1b77.JS', '/static/{id}.js'],
      ['/avatars/42.png', '/avatars/{id}.png'],
      ['/files/joe%20doe.jpg', '/files/{id}.jpg'],
      ['/files/report-2024.docx', '/files/{id}'],
    ])('%s -> %s', check);
  });

  describe('what is no part of the path is cut off', () => {
    test.each([
      ['/cart?user=joe&id=1', '/cart'],
      ['/cart#top', '/cart'],
      ['/a#b?c', '/a'],
      ['/?q=1', '/'],
      ['/a/b/c/d/e/f/g/h', '/a/b/c/d/e/f/g/h'],
      ['/a/b/c/d/e/f/g/h/i', '/a/b/c/d/e/f/g/h/*'],
      ['/a/b/c/d/e/f/g/h/', '/a/b/c/d/e/f/g/h/*'],
      ['', ''],
      ['example.com:443', ''],
      ['?q=1', ''],
    ])('%s -> %s', check);
  });

  const anyPath = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'/aZ9.-_%{}*;:?#id') }),
    fc.webPath(),
    fc
      .array(fc.constantFrom('{id}', '{id}.js', 'v1', '42', 'a.b', '*', 'cart', ''))
      .map((parts) => `/${parts.join('/')}`),
  );

  test('a template is its own template, short, and tells no query', () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        const route = routeOf(path);
        expect(routeOf(route)).toBe(route);
        expect(route.length).toBeLessThanOrEqual(8 * 41 + 2);
        expect(route).toMatch(/^(\/[A-Za-z0-9._:$*{}/-]*|\*|)$/);
      }),
      { numRuns: 1000 },
    );
  });

  test('no digit of a number survives', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), (n) => {
        expect(routeOf(`/users/${n}/orders`)).toBe('/users/{id}/orders');
      }),
    );
  });

  test.each([
    ['slashes', '/'.repeat(1e6)],
    ['letters', `/${'a'.repeat(1e6)}`],
    ['dots', `/${'.'.repeat(1e6)}js`],
    ['segments', '/a'.repeat(1e6)],
    ['semicolons', `/${';'.repeat(1e6)}`],
  ])('a million %s are a short template', (_, path) => expect(routeOf(path).length).toBeLessThan(400));
});

describe('Routes', () => {
  test('a service has so many routes, and known ones stay', () => {
    const routes = new Routes({ maxRoutes: 2 });
    const of = (path: string, service = 'cart', method = 'GET') => routes.of(service, method, path);
    expect(['/alice', '/bob', '/carol', '/alice', '/alice/7', '/bob'].map((path) => of(path))).toEqual([
      '/alice',
      '/bob',
      ANY_ROUTE,
      '/alice',
      ANY_ROUTE,
      '/bob',
    ]);
    expect(routes.folded).toBe(2);
    expect(of('/carol', 'bank')).toBe('/carol');
    expect(of('/alice', 'cart', 'POST')).toBe(ANY_ROUTE);
    expect(of('example.com:443', 'cart', 'CONNECT')).toBe('');
  });

  test('the service that was seen first is forgotten first', () => {
    const routes = new Routes({ maxRoutes: 1 });
    for (let i = 0; i < 1_001; i++) routes.of(`service ${i}`, 'GET', '/a');
    expect(routes.of('service 1', 'GET', '/b')).toBe(ANY_ROUTE);
    expect(routes.of('service 0', 'GET', '/b')).toBe('/b');
  });
});
