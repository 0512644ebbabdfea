// The methods that APIs have, in the order in which AWS lists them; `ANY` stands for all of them.
export const HTTP_METHODS: readonly string[] = [
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
]
