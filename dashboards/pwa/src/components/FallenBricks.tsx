/** A little wall, one brick of which did not stay. */
export function FallenBricks() {
  return (
    <span className="bar fallen" aria-hidden="true">
      <i className="on" />
      <i className="on" />
      <i />
    </span>
  );
}
