/** A text as a literal. Backslashes are escaped whatever `standard_conforming_strings` says: it is the vendor's database. */
export function quote(text: string): string {
  if (text.includes('\u0000')) throw new Error('a text in SQL holds no U+0000');
  const doubled = text.replaceAll("'", "''");
  return doubled.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}

export function textArray(texts: readonly string[]): string {
  return `array[${texts.map(quote).join(', ')}]::text[]`;
}
