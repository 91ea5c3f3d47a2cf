/** When a deploy tells the worker where it answers. */
import { expect, it } from 'vitest';
import { lacksPublicUrl } from '../../cli/public-url';

it('only where neither a secret nor a variable says it', () => {
  const config = 'name = "afterword"\n# PUBLIC_URL = "https://c.blog.example"\n';
  expect(lacksPublicUrl(['ADMIN_TOKEN'], config)).toBe(true);
  expect(lacksPublicUrl(['ADMIN_TOKEN', 'PUBLIC_URL'], config)).toBe(false);
  expect(lacksPublicUrl([], `${config}[vars]\nPUBLIC_URL = "https://c.blog.example"\n`)).toBe(false);
});
