// What the console does beside its server: nothing that it could not do without.
const lost = document.getElementById('lost');
const typesText = (element) => element.matches('input, textarea, select, [contenteditable]');

// `/` goes to the search.
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || typesText(event.target)) return;
  const search = document.getElementById('search');
  if (search === null) return;
  event.preventDefault();
  search.focus();
  search.select();
});

// Where the menu is a line that is longer than the window, the page that is open is in sight.
document.querySelector('.menu [aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });

// A choice that needs no button. Without this script there is one.
for (const select of document.querySelectorAll('[data-submits]')) {
  select.addEventListener('change', () => select.form.requestSubmit());
  select.form.classList.add('scripted');
}

// A page that nobody looks at asks for nothing.
document.addEventListener('htmx:before:request', (event) => {
  if (document.hidden && event.detail.ctx.sourceElement?.id === 'live') event.preventDefault();
});
// The server cannot be reached: what is shown may be old, and says so until it is not.
document.addEventListener('htmx:error', () => lost.removeAttribute('hidden'));
document.addEventListener('htmx:after:request', () => lost.setAttribute('hidden', ''));
