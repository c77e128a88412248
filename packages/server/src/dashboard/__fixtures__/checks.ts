/** Checks that run in the page, as text: each gives a list of what is wrong. */

/**
 * Text whose contrast with what is behind it is too low: WCAG 2.2, 1.4.3. 4.5 : 1, and 3 : 1 for large text. Colours are read by drawing them, so
 * that every notation of CSS counts.
 */
export const lowContrast = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const read = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((value, index) => value * a + below[index] * (1 - a));
  const groundOf = (element) => {
    const layers = [];
    for (let one = element; one; one = one.parentElement) layers.push(read(getComputedStyle(one).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const wrong = [];
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.nodeValue.trim()).join('');
    const style = getComputedStyle(element);
    if (text === '' || element.closest('.unseen, [hidden], script, noscript') || element.getClientRects().length === 0 || element.matches(':disabled')) continue;
    const ground = groundOf(element);
    const ink = over(read(style.color), ground);
    const [light, dark] = [luminance(ink), luminance(ground)].sort((one, other) => other - one);
    const contrast = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (isLarge ? 3 : 4.5)) wrong.push(text.slice(0, 30) + ': ' + contrast.toFixed(2));
  }
  return wrong;
})()`;

/** Signs and lines whose contrast is below 3 : 1, WCAG 1.4.11, and borders of fields. */
export const lowContrastSigns = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const luminanceOf = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const sheet = luminanceOf(getComputedStyle(document.querySelector('.hero')).backgroundColor);
  const contrast = (colour) => {
    const [light, dark] = [luminanceOf(colour), sheet].sort((one, other) => other - one);
    return (light + 0.05) / (dark + 0.05);
  };
  const wrong = [];
  const judge = (selector, property) => {
    for (const element of document.querySelectorAll(selector)) {
      const value = contrast(getComputedStyle(element)[property]);
      if (value < 3) wrong.push(selector + ': ' + value.toFixed(2));
    }
  };
  judge('.mark', 'fill');
  judge('svg .line', 'stroke');
  judge('svg .failed', 'fill');
  judge('select, input[type=search]', 'borderTopColor');
  return wrong;
})()`;

/** What assistive technology stumbles over: names, landmarks, headings, tables, ids. Of axe's rules those that apply here. */
export const faults = `(() => {
  const wrong = [];
  const all = (selector) => [...document.querySelectorAll(selector)].filter((element) => !element.closest('[hidden]'));
  const one = (selector) => { if (all(selector).length !== 1) wrong.push(all(selector).length + ' of ' + selector); };
  for (const selector of ['main', 'h1', 'body > header', 'body > footer', 'a.skip', 'html[lang]', 'title']) one(selector);
  let level = 0;
  for (const heading of all('h1, h2, h3, h4')) {
    if (heading.closest('dialog:not([open])')) continue;
    const next = Number(heading.tagName[1]);
    if (next > level + 1) wrong.push('heading skips to ' + heading.textContent);
    level = next;
  }
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) wrong.push('id twice: ' + id);
  for (const element of all('[aria-labelledby]'))
    for (const id of element.getAttribute('aria-labelledby').split(' ')) if (!document.getElementById(id)?.textContent.trim()) wrong.push('no label ' + id);
  for (const label of all('label')) if (!label.control) wrong.push('label of nothing: ' + label.textContent);
  for (const region of all('section')) if (!region.matches('[aria-label], [aria-labelledby]')) wrong.push('region without a name');
  for (const list of all('ul, ol')) if ([...list.children].some(({ tagName }) => tagName !== 'LI')) wrong.push('list with others than items');
  for (const table of all('table')) {
    if (!table.caption?.textContent) wrong.push('table without a caption');
    const columns = table.tHead.rows[0].cells.length;
    for (const cell of table.querySelectorAll('th')) if (!cell.scope) wrong.push('th without scope');
    for (const row of table.tBodies[0].rows) {
      if (![...row.cells].some(({ tagName }) => tagName === 'TH')) wrong.push('row without a header');
      if ([...row.cells].reduce((sum, { colSpan }) => sum + colSpan, 0) !== columns) wrong.push('row of another length');
    }
  }
  for (const link of all('a')) if (!link.textContent.trim()) wrong.push('link without a name');
  for (const picture of all('svg')) if (!picture.matches('[aria-hidden=true]') && !picture.getAttribute('aria-label')) wrong.push('picture without a name');
  for (const scrolls of all('main *')) {
    const style = getComputedStyle(scrolls);
    if (scrolls.scrollHeight > scrolls.clientHeight + 1 && /auto|scroll/.test(style.overflowY) && !scrolls.matches('[tabindex="0"]')) wrong.push('cannot be scrolled by keys: ' + scrolls.className);
  }
  return wrong;
})()`;

/** What sticks out of the page to the side. */
export const tooWide = `(() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > width + 0.5).map((element) => element.tagName + '.' + element.className).slice(0, 5).concat('scrolls to ' + document.documentElement.scrollWidth);
})()`;
