/** Three bricks in a row: the one ornament of the header. */
export function Logo() {
  return (
    <span className="logo" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}
